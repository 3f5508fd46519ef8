package io.vlm4j.bench;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Precision;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Training steps of vlm4j and of its PyTorch twins, in turn, each in a process of its own.
 *
 * <p>Arguments: a Python that has torch, how many rounds (default 3), {@code train}, {@code embed}
 * or {@code all} for only these cases (default all), and parts of models' names, such as {@code
 * coca}, for only the cases whose model has one of them. Without a usable Python only vlm4j's own
 * figures are shown. Beside the table, on the error output, stand the sizes of both models, which
 * must be the same, and the losses of their first steps, which are near each other.
 */
public final class SideBySide {
  /** What is timed; texts have from {@code shortest} to {@code longest} tokens, 0 without texts. */
  private record Case(
      String work,
      String model,
      int batch,
      int shortest,
      int longest,
      String precision,
      int warm,
      int timed) {
    /** What both sides are told behind the model. */
    List<String> arguments(int threads) {
      return List.of(
          Integer.toString(batch),
          Integer.toString(shortest),
          Integer.toString(longest),
          precision,
          Integer.toString(threads),
          Integer.toString(warm),
          Integer.toString(timed),
          work);
    }
  }

  private static final List<Case> CASES =
      Stream.of(
              Stream.of("f32", "bf16").flatMap(SideBySide::training),
              Stream.of(
                  new Case("train", "vqvae-nano", 32, 0, 0, "f32", 5, 20),
                  new Case("train", "dvae-nano", 32, 0, 0, "f32", 5, 20),
                  new Case("train", "vqgan-nano", 32, 0, 0, "f32", 3, 15)),
              Stream.of(
                  new Case("embed", "ViT-B-32", 32, 8, 20, "f32", 2, 9),
                  new Case("embed", "ViT-L-14", 32, 8, 20, "f32", 1, 1)))
          .flatMap(cases -> cases)
          .toList();

  /**
   * COCO's captions have some 8 to 20 tokens, the demo's names 4 to 9, the dictionary's meanings 12
   * to 40; then texts that fill all.
   */
  private static Stream<Case> training(String precision) {
    return Stream.of(
        new Case("train", "ViT-B-32", 16, 8, 20, precision, 2, 5),
        new Case("train", "ViT-B-32", 16, 77, 77, precision, 2, 5),
        new Case("train", "ViT-B-16", 4, 8, 20, precision, 1, 3),
        new Case("train", "clip-micro", 256, 4, 9, precision, 5, 30),
        new Case("train", "clip-micro", 256, 12, 12, precision, 5, 30),
        new Case("train", "coca-nano", 256, 4, 9, precision, 5, 20),
        new Case("train", "flava-nano", 128, 4, 9, precision, 5, 20),
        new Case("train", "chameleon-nano", 64, 4, 9, precision, 3, 15),
        new Case("train", "lm-tiny", 64, 12, 40, precision, 5, 20),
        new Case("train", "lm-tiny", 64, 64, 64, precision, 5, 20));
  }

  private SideBySide() {}

  /** Runs all cases and prints a table. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String python = args.length > 0 ? args[0] : "python3";
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    String work = args.length > 2 ? args[2] : "all";
    List<String> models = Arrays.asList(args).subList(Math.min(3, args.length), args.length);
    boolean twin = Side.hasTorch(python);
    int threads = Runtime.getRuntime().availableProcessors();
    List<Case> cases =
        CASES.stream()
            .filter(c -> work.equals("all") || c.work.equals(work))
            .filter(c -> models.isEmpty() || models.stream().anyMatch(c.model::contains))
            .toList();
    if (Precision.AUTO.on(Engine.device("cpu")) != Precision.BF16) {
      System.out.println("this processor has no instructions for bf16: it is skipped");
      cases = cases.stream().filter(c -> !c.precision.equals("bf16")).toList();
    }
    System.out.println(
        "| work | model | batch | tokens | precision | vlm4j ms | PyTorch ms | speed | vlm4j MB |"
            + " PyTorch MB |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    for (Case c : cases) {
      List<String> arguments = c.arguments(threads);
      Side theirs = twin ? Side.twin(python, "twin.py", c.model, arguments) : null;
      Side.Both both = Side.inTurn(c.model, ours(c, arguments), theirs, rounds, "ms");
      if (twin) {
        printSizes(c, both);
      }
      print(c, both);
    }
  }

  private static void printSizes(Case c, Side.Both both) {
    System.err.printf(
        Locale.ROOT,
        "%s: %,d parameters, %,d values in all, on both sides; first losses %s and the twin's %s%n",
        c.model,
        both.ours().path("parameters").asLong(),
        both.ours().path("weights").asLong(),
        both.ours().path("losses"),
        both.theirs().path("losses"));
  }

  private static void print(Case c, Side.Both both) {
    double milliseconds = both.ours().path("ms").asDouble();
    double twins = both.theirs().path("ms").asDouble(Double.NaN);
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %d | %s | %s | %.0f | %.0f | %.2f x | %.0f | %.0f |%n",
        c.work,
        c.model,
        c.batch,
        c.longest == 0 ? "" : c.shortest + " to " + c.longest,
        c.precision,
        milliseconds,
        twins,
        twins / milliseconds,
        both.ours().path("peak_mb").asDouble(),
        both.theirs().path("peak_mb").asDouble(Double.NaN));
  }

  private static Side ours(Case c, List<String> arguments) {
    return Side.java(TrainingSteps.class, List.of(c.model), arguments);
  }
}
