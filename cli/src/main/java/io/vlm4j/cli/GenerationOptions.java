package io.vlm4j.cli;

import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Strategy;
import io.vlm4j.io.InputException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for how texts are generated: by beams, or drawn. */
final class GenerationOptions {
  private static final int BEAMS = 4;

  @Option(
      names = "--beams",
      paramLabel = "N",
      description = "Beginnings followed at once; 1 takes the most probable token (default: 4).")
  private @Nullable Integer beams;

  @Option(
      names = "--groups",
      paramLabel = "N",
      description = "Groups of beams that avoid each other's tokens (default: 1).")
  private @Nullable Integer groups;

  @Option(
      names = "--diversity",
      paramLabel = "D",
      description = "How much they do (default: 0.5 with groups).")
  private @Nullable Double diversity;

  @Option(
      names = "--length-penalty",
      paramLabel = "P",
      description =
          "Beams are compared by log-probability / length^P (default: 1); more favours long texts.")
  private @Nullable Double lengthPenalty;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Draw instead: below 1 nearer to the most probable, above 1 farther away.")
  private @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Draw of the K most probable tokens only.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Draw of the most probable tokens that sum to P only.")
  private @Nullable Double topP;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Seed of what is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      defaultValue = "1",
      description = "Above 1, tokens that are there already become less probable.")
  private double repetitionPenalty = 1;

  @Option(
      names = "--min-tokens",
      paramLabel = "N",
      defaultValue = "0",
      description = "Fewest tokens (default: ${DEFAULT-VALUE}).")
  private int minTokens;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "30",
      description = "Most tokens, the end included (default: ${DEFAULT-VALUE}).")
  private int maxTokens = 30;

  /** What the options ask for. */
  Generation wanted() {
    return new Generation(minTokens, maxTokens, repetitionPenalty, strategy());
  }

  private Strategy strategy() {
    boolean draws = Stream.of(temperature, topK, topP).anyMatch(option -> option != null);
    boolean searches =
        Stream.of(beams, groups, diversity, lengthPenalty).anyMatch(option -> option != null);
    if (draws && searches) {
      throw new InputException(
          "--temperature, --top-k and --top-p draw, and --beams and its kin search: choose one");
    }
    if (draws) {
      return new Strategy.Sampling(or(temperature, 1.0), or(topK, 0), or(topP, 1.0), seed);
    }
    int groupCount = or(groups, 1);
    int count = or(beams, Math.max(BEAMS, groupCount));
    return count == 1
        ? Strategy.GREEDY
        : new Strategy.Beams(
            count, groupCount, or(diversity, groupCount > 1 ? 0.5 : 0), or(lengthPenalty, 1.0));
  }

  private static <T> T or(@Nullable T value, T usual) {
    return Optional.<T>ofNullable(value).orElse(usual);
  }
}
