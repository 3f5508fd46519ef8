package io.vlm4j.testing;

import io.vlm4j.tensor.Engine;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a class's tests on one thread: on tiny matrices threads only get in one another's way. */
public final class OneThread implements BeforeAllCallback, AfterAllCallback {
  private int threads;

  @Override
  public void beforeAll(ExtensionContext context) {
    threads = Engine.threads();
    Engine.setThreads(1);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Engine.setThreads(threads);
  }
}
