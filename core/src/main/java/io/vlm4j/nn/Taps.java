package io.vlm4j.nn;

import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Shows the result of every module of this thread to an observer, until it is closed: what parity
 * checks and plots read.
 *
 * <p>The observed tensor lives as long as the scope around the module; copy what is needed longer.
 */
public final class Taps implements AutoCloseable {
  private static final ThreadLocal<@Nullable BiConsumer<String, Tensor>> OBSERVER =
      new ThreadLocal<>();

  private final @Nullable BiConsumer<String, Tensor> before = OBSERVER.get();

  private Taps(BiConsumer<String, Tensor> observer) {
    OBSERVER.set(observer);
  }

  /** Begins to show {@code (module path, result)} pairs to {@code observer}. */
  public static Taps open(BiConsumer<String, Tensor> observer) {
    return new Taps(observer);
  }

  static void show(Module module, Tensor result) {
    var observer = OBSERVER.get();
    if (observer != null) {
      observer.accept(module.path(), result);
    }
  }

  @Override
  public void close() {
    if (before == null) {
      OBSERVER.remove();
    } else {
      OBSERVER.set(before);
    }
  }
}
