package io.vlm4j.tensor;

import org.bytedeco.pytorch.NoGradGuard;

/** Until it is closed, this thread's operations are not recorded for differentiation. */
public final class NoGrad implements AutoCloseable {
  static {
    Engine.load();
  }

  private final NoGradGuard guard = Scope.keep(new NoGradGuard());

  @Override
  public void close() {
    guard.deallocate(); // now, not when a scope around it ends
  }
}
