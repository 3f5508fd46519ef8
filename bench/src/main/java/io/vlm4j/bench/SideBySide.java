package io.vlm4j.bench;

import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Training steps of vlm4j and of its PyTorch twin, in turn, each in a process of its own.
 *
 * <p>Arguments: a Python that has torch, how many rounds (default 3), and {@code train} or {@code
 * embed} for only these cases. Without a usable Python only vlm4j's own figures are shown.
 */
public final class SideBySide {
  /** What is timed; texts have from {@code shortest} to {@code longest} tokens. */
  private record Case(
      String work,
      String model,
      int batch,
      int shortest,
      int longest,
      String precision,
      int warm,
      int timed) {}

  /**
   * COCO's captions have some 8 to 20 tokens, the demo's names 4 to 9; then texts that fill all.
   */
  private static final List<Case> CASES =
      Stream.concat(
              Stream.of("f32", "bf16").flatMap(SideBySide::training),
              Stream.of(
                  new Case("embed", "ViT-B-32", 32, 8, 20, "f32", 2, 9),
                  new Case("embed", "ViT-L-14", 32, 8, 20, "f32", 1, 1)))
          .toList();

  private static Stream<Case> training(String precision) {
    return Stream.of(
        new Case("train", "ViT-B-32", 16, 8, 20, precision, 2, 5),
        new Case("train", "ViT-B-32", 16, 77, 77, precision, 2, 5),
        new Case("train", "ViT-B-16", 4, 8, 20, precision, 1, 3),
        new Case("train", "clip-nano", 256, 4, 9, precision, 5, 30),
        new Case("train", "clip-nano", 256, 12, 12, precision, 5, 30));
  }

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
    String only = args.length > 2 ? args[2] : "";
    List<Case> cases = CASES.stream().filter(c -> only.isEmpty() || c.work.equals(only)).toList();
    if (Precision.AUTO.on(Engine.device("cpu")) != Precision.BF16) {
      System.out.println("this processor has no instructions for bf16: it is skipped");
      cases = cases.stream().filter(c -> !c.precision.equals("bf16")).toList();
    }
    System.out.println(
        "| work | model | batch | tokens | precision | vlm4j ms | PyTorch ms | speed | vlm4j MB |"
            + " PyTorch MB |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    for (Case c : cases) {
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
        "| %s | %s | %d | %d to %d | %s | %.0f | %.0f | %.2f x | %.0f | %.0f |%n",
        c.work,
        c.model,
        c.batch,
        c.shortest,
        c.longest,
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
        Integer.toString(c.shortest),
        Integer.toString(c.longest),
        c.precision,
        Integer.toString(threads),
        Integer.toString(c.warm),
        Integer.toString(c.timed),
        c.work);
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
