package io.vlm4j.cli;

import io.vlm4j.io.InputException;
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

  @Option(
      names = "--save-seconds",
      paramLabel = "S",
      defaultValue = "60",
      description = "Seconds between saved states (default: ${DEFAULT-VALUE}).")
  private double saveSeconds = 60;

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

  double saveSeconds() {
    if (!(saveSeconds >= 0)) {
      throw new InputException("--save-seconds must be at least 0, not " + saveSeconds);
    }
    return saveSeconds;
  }

  Optional<String> resume() {
    return resume.isEmpty() ? Optional.empty() : Optional.of(resume);
  }
}
