package io.vlm4j.io.hub;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often to try again, and after how long: twice as long each time, or as long as the hub asks.
 * Whoever makes progress in between begins anew.
 *
 * @param attempts how often something may fail in a row
 * @param first the first wait
 * @param longest what the hub may ask for; more is an error, so that nobody sits before a still bar
 * @param sleeper waits
 */
record Patience(int attempts, Duration first, Duration longest, Sleeper sleeper) {
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
  static final Patience USUAL =
      new Patience(5, Duration.ofMillis(500), Duration.ofMinutes(5), Thread::sleep);

  /** Waits. */
  @FunctionalInterface
  interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
  }

  /** One thing that is tried again and again. */
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws IOException;
  }

  /** Something's failures in a row. */
  final class Failures {
    private final String what;
    private int count;

    private Failures(String what) {
      this.what = what;
    }

    /** It has come further: the failures before are forgiven. */
    void forgive() {
      count = 0;
    }

    /**
     * Waits after a failure.
     *
     * @throws InputException if it was one too many
     */
    void add(IOException failure) {
      count++;
      Duration asked = failure instanceof PassingFailure passing ? passing.pause() : Duration.ZERO;
      if (count >= attempts || asked.compareTo(longest) > 0) {
        throw new InputException(
            "%s: %s; check the network and try again: it continues where it stopped"
                .formatted(what, reason(failure)),
            failure);
      }
      Duration pause = first.multipliedBy(1L << (count - 1));
      pause = pause.compareTo(asked) > 0 ? pause : asked;
      LOG.warn("{}: {}; trying again in {} s", what, reason(failure), pause.toMillis() / 1000.0);
      try {
        sleeper.sleep(pause);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** Counts the failures of what is named in one line. */
  Failures failures(String what) {
    return new Failures(what);
  }

  /** Tries until it works or patience ends. */
  <T> T with(String what, Attempt<T> attempt) {
    var failures = failures(what);
    while (true) {
      try {
        return attempt.run();
      } catch (IOException e) {
        failures.add(e);
      }
    }
  }

  /** What went wrong on the network, in words. */
  static String reason(IOException failure) {
    return switch (failure) {
      case ConnectException _ -> "no connection";
      case HttpTimeoutException _ -> "no answer in time";
      default -> AtomicFiles.reason(failure);
    };
  }

  static InputException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new InputException("the download was stopped; the same command continues it", cause);
  }
}
