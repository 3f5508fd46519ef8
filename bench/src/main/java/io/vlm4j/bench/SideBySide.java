package io.vlm4j.bench;

import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Training steps of vlm4j and of its PyTorch twin, in turn, each in a process of its own.
 *
 * <p>Arguments: a Python that has torch, and how many rounds (default 3). Without a usable Python
 * only vlm4j's own figures are shown.
 */
public final class SideBySide {
  private record Case(String model, int batch, String precision, int warm, int timed) {}

  private static final List<Case> CASES =
      List.of(
          new Case("ViT-B-32", 16, "f32", 2, 5),
          new Case("ViT-B-32", 16, "bf16", 2, 5),
          new Case("clip-nano", 256, "f32", 5, 20),
          new Case("clip-nano", 256, "bf16", 5, 20));

  private record Figures(double milliseconds, double megabytes) {}

  private SideBySide() {}

  /** Runs all cases and prints a table. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String python = args.length > 0 ? args[0] : "python3";
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    boolean twin = run(List.of(python, "-c", "import torch")).isEmpty();
    if (!twin) {
      System.out.println("no torch in " + python + ": PyTorch's side is skipped");
    }
    int threads = Runtime.getRuntime().availableProcessors();
    System.out.println(
        "| model | batch | precision | vlm4j ms | PyTorch ms | speed | vlm4j MB | PyTorch MB |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (Case c : CASES) {
      var ours = new ArrayList<Figures>();
      var theirs = new ArrayList<Figures>();
      for (int round = 0; round < rounds; round++) {
        ours.add(figures(run(ours(c, threads))));
        if (twin) {
          theirs.add(figures(run(theirs(python, c, threads))));
        }
      }
      print(c, median(ours), twin ? median(theirs) : new Figures(Double.NaN, Double.NaN));
    }
  }

  private static void print(Case c, Figures ours, Figures theirs) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %s | %.0f | %.0f | %.2f x | %.0f | %.0f |%n",
        c.model,
        c.batch,
        c.precision,
        ours.milliseconds,
        theirs.milliseconds,
        theirs.milliseconds / ours.milliseconds,
        ours.megabytes,
        theirs.megabytes);
  }

  private static List<String> ours(Case c, int threads) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                TrainingSteps.class.getName(),
                c.model));
    command.addAll(rest(c, threads));
    return command;
  }

  private static List<String> theirs(String python, Case c, int threads) {
    var command =
        new ArrayList<>(
            List.of(
                python,
                "bench/src/main/python/twin.py",
                Json.toLine(ModelSpec.of(c.model).toTree())));
    command.addAll(rest(c, threads));
    return command;
  }

  private static List<String> rest(Case c, int threads) {
    return List.of(
        Integer.toString(c.batch),
        c.precision,
        Integer.toString(threads),
        Integer.toString(c.warm),
        Integer.toString(c.timed));
  }

  private static Figures figures(String output) {
    var json = Json.parse(output.lines().reduce("", (_, line) -> line));
    return new Figures(json.path("ms").asDouble(), json.path("peak_mb").asDouble());
  }

  private static Figures median(List<Figures> all) {
    List<Figures> sorted =
        all.stream().sorted(Comparator.comparingDouble(Figures::milliseconds)).toList();
    return sorted.get(sorted.size() / 2);
  }

  /** What a command prints; of a failing command, its errors too. */
  private static String run(List<String> command) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    // These halve the speed of OpenBLAS on newer machines, where an environment sets them.
    builder
        .environment()
        .keySet()
        .removeAll(Arrays.asList("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return "cannot start: " + e.getMessage();
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
