package io.vlm4j.cli;

import io.vlm4j.train.Budget;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options for how long to train, and from where on. */
final class Length {
  @ArgGroup private final Choice choice = new Choice();

  @Option(
      names = "--resume",
      paramLabel = "NAME",
      description = "Continue the run in --out from a checkpoint, or from the 'latest'.")
  private String resume = "";

  /** Minutes or steps, not both. */
  static final class Choice {
    @Option(names = "--minutes", paramLabel = "M", description = "Train for about M minutes.")
    private @Nullable Double minutes;

    @Option(names = "--steps", paramLabel = "N", description = "Train for N steps.")
    private @Nullable Long steps;
  }

  /** The budget asked for, or the command's own. */
  Budget budget(Budget standard) {
    if (choice.steps != null) {
      return new Budget.Steps(choice.steps);
    }
    return choice.minutes != null ? new Budget.Minutes(choice.minutes) : standard;
  }

  Optional<String> resume() {
    return resume.isEmpty() ? Optional.empty() : Optional.of(resume);
  }
}
