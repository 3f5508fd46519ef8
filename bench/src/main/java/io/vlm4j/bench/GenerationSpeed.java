package io.vlm4j.bench;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Hypothesis;
import io.vlm4j.generate.Watcher;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.Captioner;
import io.vlm4j.model.ImageGenerator;
import io.vlm4j.model.LanguageModel;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Greedy texts of vlm4j and of its PyTorch twins ({@code generation.py}), in turn, each in a
 * process of its own: tokens that are written in a second, the reading of the prompt and of CoCa's
 * picture included. A Chameleon draws the codes of a picture.
 *
 * <p>Arguments: a Python that has torch, how many rounds (default 3), and parts of models' names
 * for only these. Without a usable Python only vlm4j's own figures are shown.
 */
public final class GenerationSpeed {
  private static final String ROLE = "write";

  /** What is timed: rows of prompts, of so many tokens each, and the tokens that are written. */
  private record Case(String model, int rows, int prompt, int written, int warm, int timed) {
    /** What both sides are told behind the model. */
    List<String> arguments(int threads) {
      return Stream.of(rows, prompt, written, threads, warm, timed).map(String::valueOf).toList();
    }
  }

  private static final List<Case> CASES =
      Stream.of(1, 16)
          .flatMap(rows ->
              Stream.of(
                  new Case("coca-nano", rows, 1, 12, 60, 100),
                  new Case("lm-tiny", rows, 8, 56, 15, 30),
                  new Case("chameleon-nano", rows, 10, 64, 15, 30),
                  new Case(Subjects.LLAMA, rows, 32, 64, 1, 5)))
          .toList();

  private GenerationSpeed() {}

  /** Runs all cases and prints a table, or is vlm4j's side of one. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0 && args[0].equals(ROLE)) {
      measure(args[1], Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray());
      return;
    }
    String python = args.length > 0 ? args[0] : "python3";
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    List<String> models = Arrays.asList(args).subList(Math.min(2, args.length), args.length);
    boolean twin = Side.hasTorch(python);
    int threads = Runtime.getRuntime().availableProcessors();
    System.out.println(
        "| model | rows | prompt | written | vlm4j tokens/s | PyTorch tokens/s | speed | vlm4j MB |"
            + " PyTorch MB |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (Case c : CASES) {
      if (!models.isEmpty() && models.stream().noneMatch(c.model::contains)) {
        continue;
      }
      List<String> arguments = c.arguments(threads);
      Side theirs = twin ? Side.twin(python, "generation.py", c.model, arguments) : null;
      print(c, Side.inTurn(c.model, ours(c, arguments), theirs, rounds, "tokens_per_second"));
    }
  }

  private static Side ours(Case c, List<String> arguments) {
    return Side.java(GenerationSpeed.class, List.of(ROLE, c.model), arguments);
  }

  private static void print(Case c, Side.Both both) {
    double rate = both.ours().path("tokens_per_second").asDouble();
    double twins = both.theirs().path("tokens_per_second").asDouble(Double.NaN);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %d | %d | %.0f | %.0f | %.2f x | %.0f | %.0f |%n",
        c.model,
        c.rows,
        c.prompt,
        c.written,
        rate,
        twins,
        rate / twins,
        both.ours().path("peak_mb").asDouble(),
        both.theirs().path("peak_mb").asDouble(Double.NaN));
  }

  private static void measure(String name, int[] numbers) throws IOException {
    int rows = numbers[0];
    int written = numbers[2];
    int warm = numbers[4];
    int timed = numbers[5];
    Engine.setThreads(numbers[3]);
    Engine.seed(0);
    ModelSpec<?> spec = Subjects.of(name);
    var rates = new double[timed];
    var result = new LinkedHashMap<String, Object>();
    try (var _ = new Scope();
        Model model = spec.create()) {
      model.setTraining(false);
      result.putAll(Inputs.sizes(model));
      long[][] prompts = prompts(spec, model, rows, numbers[1]);
      Tensor pixels = model instanceof LanguageModel ? null : Inputs.pictures(spec, rows);
      for (int i = -warm; i < timed; i++) {
        long start = System.nanoTime();
        write(model, pixels, prompts, written);
        if (i >= 0) {
          rates[i] = rows * written / ((System.nanoTime() - start) / 1e9);
        }
      }
    }
    Arrays.sort(rates);
    result.put("tokens_per_second", rates[timed / 2]);
    result.put("peak_mb", ProcessMemory.peak());
    System.out.println(Json.toLine(result));
  }

  /** Words; that of a model that draws ends where a picture begins. */
  private static long[][] prompts(ModelSpec<?> spec, Model model, int rows, int length) {
    long[] words = Inputs.words(rows, length);
    var prompts = new long[rows][];
    for (int row = 0; row < rows; row++) {
      prompts[row] = Arrays.copyOfRange(words, row * length, (row + 1) * length);
      if (model instanceof ImageGenerator) {
        int codes = spec.toTree().path("image").path("codes").asInt();
        prompts[row][length - 1] = spec.vocabularySize() + codes;
      }
    }
    return prompts;
  }

  private static void write(Model model, @Nullable Tensor pixels, long[][] prompts, int count) {
    try (var _ = new Scope();
        var _ = new NoGrad();
        Decoder decoder = decoder(model, pixels)) {
      List<List<Hypothesis>> texts =
          Generator.generate(decoder, prompts, Set.of(), Generation.greedy(count), Watcher.NONE);
      int length = texts.getFirst().getFirst().tokens().length;
      if (length != count) {
        throw new InputException("%d tokens were written instead of %d".formatted(length, count));
      }
    }
  }

  private static Decoder decoder(Model model, @Nullable Tensor pixels) {
    if (pixels == null) {
      return ((LanguageModel) model).texts();
    }
    return ((Captioner) model).captions(pixels);
  }
}
