package io.vlm4j.io;

import java.io.IOException;
import java.time.Duration;

/** A server cannot answer now and says, or lets us guess, when to ask again. */
public final class PassingFailure extends IOException {
  private final Duration pause;

  /**
   * A failure.
   *
   * @param pause how long to wait at least; zero if the server does not say
   */
  public PassingFailure(String message, Duration pause) {
    super(message);
    this.pause = pause;
  }

  /** How long to wait at least; zero if the server does not say. */
  public Duration pause() {
    return pause;
  }
}
