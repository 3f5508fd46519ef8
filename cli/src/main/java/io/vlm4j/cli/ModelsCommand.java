package io.vlm4j.cli;

import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Engine;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Lists the named models. */
@Command(name = "models", description = "Lists the models that can be trained by name.")
final class ModelsCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    Engine.load();
    for (String name : ModelSpec.names()) {
      ModelSpec<?> spec = ModelSpec.of(name);
      try (var model = spec.create()) {
        System.out.printf(
            Locale.ROOT,
            "%-16s %-8s %3d px  %6.1f M parameters%n",
            name,
            spec.family().name(),
            spec.preprocessing().size(),
            model.parameterCount() / 1e6);
      }
    }
    return 0;
  }
}
