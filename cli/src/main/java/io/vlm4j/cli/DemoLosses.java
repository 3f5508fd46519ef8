package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.Validation;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is measured in the demo of a model that does not put pictures and texts into one space. */
final class DemoLosses {
  private DemoLosses() {}

  /** Prints what {@link Validation} measures on each gallery, and writes {@code results.jsonl}. */
  static void write(
      Path folder, Pretrained model, Map<String, Map<String, List<Sample>>> galleries) {
    var lines = new StringBuilder();
    galleries.forEach((style, parts) ->
        parts.forEach((concepts, samples) -> {
          var metrics = Validation.of(model, samples).metrics();
          System.out.printf(Locale.ROOT, "%-20s %-9s %5d ", style, concepts, samples.size());
          metrics.forEach((name, value) -> System.out.printf(Locale.ROOT, " %s %.4f", name, value));
          System.out.println();
          var line = new LinkedHashMap<String, Object>();
          line.put("style", style);
          line.put("concepts", concepts);
          line.put("n", samples.size());
          line.putAll(metrics);
          lines.append(Json.toLine(line)).append('\n');
        }));
    AtomicFiles.writeString(folder.resolve("results.jsonl"), lines.toString());
    Terminal.line("model", "%s", TrainingSession.modelFolder(folder));
  }
}
