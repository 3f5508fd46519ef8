package io.vlm4j.cli;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Command;

/** Says what vlm4j finds on this machine, and what slows it down. */
@Command(
    name = "doctor",
    description = "Checks this machine: Java, the engine, what slows it down.")
final class DoctorCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    Runtime runtime = Runtime.getRuntime();
    Terminal.line("java", "%s, %s", Runtime.version(), System.getProperty("java.home"));
    Terminal.line(
        "machine",
        "%s %s, %d cores, Java heap %d MB",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        runtime.availableProcessors(),
        runtime.maxMemory() >> 20);
    Engine.load();
    try (var _ = new Scope()) {
      torch.randn(8, 8).matmul(torch.randn(8, 8));
    }
    Terminal.line("engine", "libtorch works, %d threads an operation", Engine.threads());
    Terminal.line("cuda", "%s", torch.cuda_is_available() ? "usable" : "not here; the CPU is used");
    for (String name : List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")) {
      if (System.getenv(name) != null) {
        Terminal.line(
            "warning", "%s=%s is set: it can halve the speed; unset it", name, System.getenv(name));
      }
    }
    return 0;
  }
}
