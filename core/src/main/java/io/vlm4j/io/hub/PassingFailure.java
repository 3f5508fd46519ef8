package io.vlm4j.io.hub;

import java.io.IOException;
import java.time.Duration;

/** The hub cannot answer now and says, or lets us guess, when to ask again. */
final class PassingFailure extends IOException {
  private final Duration pause;

  PassingFailure(String message, Duration pause) {
    super(message);
    this.pause = pause;
  }

  /** How long to wait at least; zero if the hub does not say. */
  Duration pause() {
    return pause;
  }
}
