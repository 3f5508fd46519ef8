package io.vlm4j.train;

import io.vlm4j.io.InputException;
import java.util.function.DoubleUnaryOperator;

/** How long to train: a number of steps, or minutes that are turned into one at the start. */
public sealed interface Budget {
  /** So many steps. */
  record Steps(long steps) implements Budget {
    /** Checks the number. */
    public Steps {
      if (steps < 1) {
        throw new InputException("the number of steps must be at least 1, not " + steps);
      }
    }
  }

  /** As many steps as fit into so many minutes. */
  record Minutes(double minutes) implements Budget {
    /** Checks the number. */
    public Minutes {
      if (!(minutes > 0)) {
        throw new InputException("the number of minutes must be positive, not " + minutes);
      }
    }
  }

  /**
   * The number of steps.
   *
   * @param secondsPerStep measures a step, given the seconds of the budget; asked only for one in
   *     minutes, whose time it uses
   */
  default long steps(DoubleUnaryOperator secondsPerStep) {
    return switch (this) {
      case Steps(long steps) -> steps;
      case Minutes(double minutes) -> {
        long start = System.nanoTime();
        double step = secondsPerStep.applyAsDouble(minutes * 60);
        double left = minutes * 60 - (System.nanoTime() - start) / 1e9;
        yield Math.max(1, (long) (left / step));
      }
    };
  }
}
