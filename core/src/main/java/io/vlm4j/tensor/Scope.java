package io.vlm4j.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * A stretch of work whose tensors are freed when it ends.
 *
 * <p>The garbage collector sees a tensor as a few bytes and frees it far too late. Within a scope,
 * every tensor made by this thread belongs to the scope and is freed with it; {@link #run} hands
 * one result on to the enclosing scope. A scope belongs to the thread that opened it.
 *
 * <pre>{@code
 * try (var scope = new Scope()) {
 *   Tensor loss = ...;
 *   return loss.item_float();
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  static {
    Engine.load();
  }

  private final PointerScope pointers = new PointerScope();

  /** Frees what was made since this scope was opened, save what was kept. */
  @Override
  public void close() {
    pointers.close();
  }

  /**
   * Runs {@code body} in a scope of its own and hands its result to the enclosing scope; where
   * there is none, to the caller, who closes it.
   */
  public static <T extends Pointer> T run(Supplier<T> body) {
    T result;
    try (var _ = new PointerScope()) {
      result = keep(body.get());
    }
    return adopt(result);
  }

  /** Takes {@code pointer} out of the care of every open scope: the caller closes it. */
  public static <T extends Pointer> T keep(T pointer) {
    pointer.retainReference();
    return pointer;
  }

  /** Gives a kept pointer into the care of the innermost open scope, if there is one. */
  public static <T extends Pointer> T adopt(T pointer) {
    PointerScope enclosing = PointerScope.getInnerScope();
    if (enclosing != null) {
      enclosing.attach(pointer);
      pointer.releaseReference();
    }
    return pointer;
  }
}
