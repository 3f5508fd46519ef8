package io.vlm4j.io;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries things again with {@link Patience}, and says so in the log. Whoever makes progress in
 * between begins anew.
 *
 * @param patience how often and after how long
 * @param sleeper waits
 */
public record Retries(Patience patience, Sleeper sleeper) {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

  /** The usual patience. */
  public static final Retries USUAL = new Retries(Patience.USUAL, Thread::sleep);

  /** Waits. */
  @FunctionalInterface
  public interface Sleeper {
    /** Waits so long. */
    void sleep(Duration duration) throws InterruptedException;
  }

  /** One thing that is tried again and again. */
  @FunctionalInterface
  public interface Attempt<T> {
    /** Does it; an {@link IOException} is a failure that may pass, others are not tried again. */
    T run() throws IOException;
  }

  /** Something's failures in a row. */
  public final class Failures {
    private final String what;
    private int count;

    private Failures(String what) {
      this.what = what;
    }

    /** It has come further: the failures before are forgiven. */
    public void forgive() {
      count = 0;
    }

    /**
     * Waits after a failure.
     *
     * @throws InputException if it was one too many
     */
    public void add(IOException failure) {
      count++;
      Duration asked = failure instanceof PassingFailure passing ? passing.pause() : Duration.ZERO;
      Duration pause =
          patience
              .pause(count, asked)
              .orElseThrow(() ->
                  new InputException(
                      "%s: %s; check the network and try again".formatted(what, reason(failure)),
                      failure));
      LOG.warn("{}: {}; trying again in {} s", what, reason(failure), pause.toMillis() / 1000.0);
      try {
        sleeper.sleep(pause);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** Counts the failures of what is named in one line. */
  public Failures failures(String what) {
    return new Failures(what);
  }

  /** Tries until it works or patience ends. */
  public <T> T with(String what, Attempt<T> attempt) {
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
  public static String reason(IOException failure) {
    return switch (failure) {
      case ConnectException _ -> "no connection";
      case HttpTimeoutException _ -> "no answer in time";
      default -> AtomicFiles.reason(failure);
    };
  }

  /** The error for who is interrupted while waiting; the thread stays so. */
  public static InputException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new InputException("the download was stopped; the same command continues it", cause);
  }
}
