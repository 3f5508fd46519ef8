package io.vlm4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * How quickly a language model of a billion parameters answers, here and in PyTorch's eager mode,
 * in turn, each in a process of its own; and which share of the memory's speed that is, for each
 * token needs all weights.
 *
 * <p>Arguments: a Python that has torch, how many rounds (default 3), and a precision for only that
 * one. Without a usable Python only vlm4j's own figures are shown.
 */
public final class DecodingSpeed {
  private static final List<String> PRECISIONS = List.of("f32", "bf16", "int8");
  private static final int PROMPT = 32;
  private static final int WRITTEN = 64;
  private static final int LONG_PROMPT = 512;

  private DecodingSpeed() {}

  /** Runs all precisions and prints a table. */
  public static void main(String[] args) throws Exception {
    String python = args.length > 0 ? args[0] : "python3";
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    boolean hasTwin = Side.hasTorch(python);
    int threads = Runtime.getRuntime().availableProcessors();
    double bandwidth = MemoryBandwidth.measure(threads);
    System.out.printf(
        Locale.ROOT, "memory is read at %.1f GB/s by %d threads%n%n", bandwidth, threads);
    System.out.println(
        "| precision | by | tokens a second | share of the memory's speed | %d tokens read in s |"
                .formatted(LONG_PROMPT)
            + " peak MB |");
    System.out.println("|---|---|---|---|---|---|");
    for (String precision : args.length > 2 ? List.of(args[2]) : PRECISIONS) {
      List<String> arguments =
          Stream.concat(
                  Stream.of(precision),
                  Stream.of(threads, PROMPT, WRITTEN, LONG_PROMPT).map(String::valueOf))
              .toList();
      String model = Subjects.LLAMA_1B;
      Side ours = Side.java(Decoding.class, List.of(model), arguments);
      Side theirs = hasTwin ? Side.twin(python, "decoding.py", model, arguments) : null;
      Side.Both both = Side.inTurn(model, ours, theirs, rounds, "tokens_per_second");
      print(precision, "vlm4j", both.ours(), bandwidth);
      if (hasTwin) {
        print(precision, "PyTorch", both.theirs(), bandwidth);
      }
    }
  }

  private static void print(String precision, String by, JsonNode run, double bandwidth) {
    double speed = run.path("tokens_per_second").asDouble();
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.2f | %.0f %% | %.1f | %.0f |%n",
        precision,
        by,
        speed,
        100 * speed * run.path("read_gb_per_token").asDouble() / bandwidth,
        run.path("prefill_seconds").asDouble(),
        run.path("peak_mb").asDouble());
  }
}
