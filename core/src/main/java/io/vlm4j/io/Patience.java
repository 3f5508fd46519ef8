package io.vlm4j.io;

import java.time.Duration;
import java.util.Optional;

/**
 * How often to try what may work a moment later, and after how long: twice as long each time, or as
 * long as the other side asks.
 *
 * @param attempts how often something may fail in a row; after the last there is no other try
 * @param first the first wait
 * @param longest no wait is longer; who asks for more is given up, so that nobody sits before a
 *     still bar
 */
public record Patience(int attempts, Duration first, Duration longest) {
  /** Five attempts over some eight seconds, or as long as the server asks, up to five minutes. */
  public static final Patience USUAL =
      new Patience(5, Duration.ofMillis(500), Duration.ofMinutes(5));

  private static final int MOST_DOUBLINGS = 30;

  /** Checks the numbers. */
  public Patience {
    if (attempts < 1 || attempts > 100) {
      throw new InputException("attempts must lie in [1, 100], not " + attempts);
    }
    requirePause("the first pause", first);
    requirePause("the longest pause", longest);
  }

  private static void requirePause(String name, Duration pause) {
    if (!pause.isPositive() || pause.compareTo(Duration.ofDays(1)) > 0) {
      throw new InputException(name + " must be longer than nothing and at most a day");
    }
  }

  /**
   * How long to wait before the next attempt; nothing if there should be none.
   *
   * @param failures so far, in a row
   * @param asked how long the other side wants us to wait at least
   */
  public Optional<Duration> pause(int failures, Duration asked) {
    if (failures >= attempts || asked.compareTo(longest) > 0) {
      return Optional.empty();
    }
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    Duration pause = doubled.compareTo(longest) < 0 ? doubled : longest;
    return Optional.of(pause.compareTo(asked) > 0 ? pause : asked);
  }
}
