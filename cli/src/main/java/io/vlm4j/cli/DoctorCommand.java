package io.vlm4j.cli;

import com.sun.management.OperatingSystemMXBean;
import io.vlm4j.io.InputException;
import io.vlm4j.io.hub.HubSettings;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.EngineFacts;
import io.vlm4j.tensor.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Says what vlm4j finds on this machine, and what slows it down. */
@Command(
    name = "doctor",
    description = {
      "Checks this machine: Java, the engine, what slows it down.",
      "Ends with 0, or with 1 if something is broken."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final double MEASURE_SECONDS = 0.15;
  private static final int MIN_HEAP_MB = 400;
  private static final int MIN_MEMORY_MB = 2000;

  private boolean broken;

  @Override
  public Integer call() {
    machine();
    try {
      engine();
      speed();
    } catch (LinkageError | RuntimeException e) {
      broken(
          "the engine does not work: %s; delete %s so that it is unpacked anew, and see that the"
              + " disk has 1 GB free",
          String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()),
          EngineFacts.cache());
    }
    environment();
    caches();
    if (!broken) {
      Terminal.line("result", "everything works");
    }
    return broken ? 1 : 0;
  }

  private void machine() {
    Runtime runtime = Runtime.getRuntime();
    Terminal.line("java", "%s, %s", Runtime.version(), System.getProperty("java.home"));
    Terminal.line(
        "machine",
        "%s %s, %d cores",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        runtime.availableProcessors());
    long heap = runtime.maxMemory() >> 20;
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      long free = system.getFreeMemorySize() >> 20;
      Terminal.line(
          "memory",
          "%,d MB, %,d MB of them free; Java heap at most %,d MB",
          system.getTotalMemorySize() >> 20,
          free,
          heap);
      if (free < MIN_MEMORY_MB) {
        warn(
            "only %,d MB of memory are free: end other programs, or use a small --batch-size",
            free);
      }
    }
    if (heap < MIN_HEAP_MB) {
      warn("a Java heap of %,d MB is small: set VLM4J_JAVA_OPTS=-Xmx2g", heap);
    }
  }

  private static void engine() {
    Engine.load();
    Terminal.line(
        "engine",
        "libtorch %s works (kernels %s), unpacked in %s",
        EngineFacts.version(),
        EngineFacts.cpuCapability(),
        EngineFacts.cache());
    int cuda = EngineFacts.cudaDevices();
    Terminal.line("devices", "%s", cuda > 0 ? "cpu, " + cuda + " x cuda" : "cpu; cuda is not here");
    Precision auto = Precision.AUTO.on(Engine.device(cuda > 0 ? "cuda" : "cpu"));
    Set<String> instructions = EngineFacts.bf16Instructions();
    Terminal.line(
        "precision",
        "auto means %s: %s",
        auto.name().toLowerCase(Locale.ROOT),
        cuda > 0
            ? "the GPU multiplies bf16"
            : instructions.isEmpty()
                ? "this processor has no instructions for bf16, which would take far longer"
                : "this processor multiplies bf16 (" + String.join(", ", instructions) + ")");
  }

  private void speed() {
    int cores = Runtime.getRuntime().availableProcessors();
    Engine.setThreads(1);
    double one = EngineFacts.gigaflops(MEASURE_SECONDS);
    Engine.setThreads(cores);
    double all = cores == 1 ? one : EngineFacts.gigaflops(MEASURE_SECONDS);
    Terminal.line(
        "blas",
        "OpenBLAS, kernels for %s, %d threads (%s)",
        EngineFacts.blasKernel().orElse("(not told)"),
        EngineFacts.blasThreads(),
        EngineFacts.blasBuild().orElse("build not told").strip());
    Terminal.line(
        "speed",
        "%.0f GFLOPS with 1 thread, %.0f with %d, in f32: use --threads %d%s",
        one,
        all,
        cores,
        all >= one ? cores : 1,
        all >= one ? ", as without the option" : "");
    if (cores > 1 && all < 1.2 * one) {
      warn(
          "%d threads are hardly quicker than one: other programs are busy, or the cores are"
              + " shared; measure again when the machine is quiet",
          cores);
    }
  }

  private static void environment() {
    for (String name : List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")) {
      if (System.getenv(name) != null) {
        warn("%s=%s is set: it can halve the speed; unset it", name, System.getenv(name));
      }
    }
    if ("active".equalsIgnoreCase(System.getenv("OMP_WAIT_POLICY"))) {
      warn("OMP_WAIT_POLICY=active is set: waiting threads take the cores; unset it");
    }
  }

  private void caches() {
    cache("natives", EngineFacts.cache());
    cache("icons", Corpus.cache().resolve("icons"));
    try {
      cache("hub", HubSettings.fromEnvironment().cache());
    } catch (InputException e) {
      broken("the hub's settings: %s", String.valueOf(e.getMessage()));
    }
  }

  private void cache(String name, Path folder) {
    if (!Files.isDirectory(folder)) {
      Terminal.line(name, "%s: empty", folder);
      return;
    }
    Terminal.line(name, "%s: %,d MB", folder, size(folder) >> 20);
    if (!Files.isWritable(folder)) {
      broken("%s cannot be written to: change its permissions, or let it be elsewhere", folder);
    }
  }

  /** Bytes of all files; what vanishes meanwhile counts nothing. */
  private static long size(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file) && !Files.isSymbolicLink(file))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException | UncheckedIOException _) {
      return 0;
    }
  }

  private static void warn(String format, Object... values) {
    Terminal.line("warning", format, values);
  }

  private void broken(String format, Object... values) {
    broken = true;
    Terminal.line("broken", format, values);
  }
}
