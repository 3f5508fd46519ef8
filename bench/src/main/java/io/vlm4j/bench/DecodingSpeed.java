package io.vlm4j.bench;

import io.vlm4j.io.Json;
import java.util.ArrayList;
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
      var ours = new ArrayList<JsonNode>();
      var theirs = new ArrayList<JsonNode>();
      List<String> rest =
          Stream.concat(
                  Stream.of(precision),
                  Stream.of(threads, PROMPT, WRITTEN, LONG_PROMPT).map(String::valueOf))
              .toList();
      for (int round = 0; round < rounds; round++) {
        ours.add(Side.java(Decoding.class, after(Subjects.LLAMA_1B, rest)).run());
        if (hasTwin) {
          String config = Json.toLine(Subjects.of(Subjects.LLAMA_1B).toTree());
          theirs.add(Side.python(python, "decoding.py", after(config, rest)).run());
          Side.requireSameSize(Subjects.LLAMA_1B, ours.getLast(), theirs.getLast());
        }
      }
      print(precision, "vlm4j", ours, bandwidth);
      if (hasTwin) {
        print(precision, "PyTorch", theirs, bandwidth);
      }
    }
  }

  private static List<String> after(String model, List<String> rest) {
    return Stream.concat(Stream.of(model), rest.stream()).toList();
  }

  /** The median of each figure on its own. */
  private static void print(String precision, String by, List<JsonNode> runs, double bandwidth) {
    double speed = median(runs, "tokens_per_second");
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.2f | %.0f %% | %.1f | %.0f |%n",
        precision,
        by,
        speed,
        100 * speed * median(runs, "read_gb_per_token") / bandwidth,
        median(runs, "prefill_seconds"),
        median(runs, "peak_mb"));
  }

  private static double median(List<JsonNode> runs, String value) {
    return Side.median(runs, value).path(value).asDouble();
  }
}
