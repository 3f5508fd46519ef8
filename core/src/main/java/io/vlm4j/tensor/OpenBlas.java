package io.vlm4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/**
 * The library below libtorch's products on the CPU, and its threads.
 *
 * <p>Some of libtorch's operations, attention above all, ask for products from each of their own
 * threads. OpenBLAS then wants all its threads for every one of them, and they wait for one another
 * most of the time: attention over 257 positions took sixty times as long. While such an operation
 * runs, and while its gradient is computed, OpenBLAS is therefore held at one thread.
 */
public final class OpenBlas {
  /** No product of shorter attention is large enough for OpenBLAS to share it among threads. */
  private static final long SHORT = 128;

  /** JavaCPP loads the library twice, and which one libtorch takes depends on the order. */
  private static final List<String> LIBRARIES =
      List.of("libopenblas_nolapack.so.0", "libopenblas.so.0");

  private static final List<MethodHandle> SET_THREADS =
      functions("openblas_set_num_threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));

  // JavaCPP frees a callback that nothing refers to.
  private static final VoidTensorHook HOLD = hook(OpenBlas::hold);
  private static final VoidTensorHook RELEASE = hook(OpenBlas::release);

  private static int threads = threads();
  private static int holders;

  private OpenBlas() {}

  /**
   * Runs {@code operation} with one thread of OpenBLAS, and sees to the same when gradients flow
   * from its result back to {@code input}.
   *
   * @param length of the sequence, on which the size of the products depends
   */
  public static Tensor alone(long length, Tensor input, Supplier<Tensor> operation) {
    if (length <= SHORT || SET_THREADS.isEmpty()) {
      return operation.get();
    }
    hold();
    try {
      Tensor result = operation.get();
      if (result.requires_grad() && input.requires_grad()) {
        result.register_hook(HOLD);
        input.register_hook(RELEASE);
      }
      return result;
    } finally {
      release();
    }
  }

  /** The threads that it uses now. */
  static int threads() {
    var functions =
        functions("openblas_get_num_threads", FunctionDescriptor.of(ValueLayout.JAVA_INT));
    try {
      return functions.isEmpty()
          ? openblas.blas_get_num_threads()
          : (int) functions.getFirst().invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("openblas_get_num_threads failed", e);
    }
  }

  static synchronized void setThreads(int number) {
    threads = number;
    holders = 0;
    use(number);
  }

  private static synchronized void hold() {
    if (holders++ == 0) {
      use(1);
    }
  }

  private static synchronized void release() {
    // No less than zero: a gradient that failed half-way, or threads set in between, lose a pair.
    holders = Math.max(0, holders - 1);
    if (holders == 0) {
      use(threads);
    }
  }

  private static void use(int number) {
    if (SET_THREADS.isEmpty()) {
      openblas.blas_set_num_threads(number);
    }
    try {
      for (MethodHandle set : SET_THREADS) {
        set.invokeExact(number);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("openblas_set_num_threads failed", e);
    }
  }

  /** Calls a function that gives a text. */
  @SuppressWarnings("restricted") // a text's length is known only to its end
  static Optional<String> text(String name) {
    var functions = functions(name, FunctionDescriptor.of(ValueLayout.ADDRESS));
    if (functions.isEmpty()) {
      return Optional.empty();
    }
    try {
      var text = (MemorySegment) functions.getFirst().invokeExact();
      return Optional.of(text.reinterpret(1 << 12).getString(0));
    } catch (Throwable e) {
      throw new IllegalStateException(name + " failed", e);
    }
  }

  /**
   * A function of each loaded copy; none on a system where the files are called otherwise.
   * JavaCPP's own setter takes as long as a small attention, because it looks for other libraries
   * each time.
   */
  @SuppressWarnings("restricted") // calling a C library is the point
  private static List<MethodHandle> functions(String name, FunctionDescriptor type) {
    Engine.load();
    Path folder = Path.of(Loader.load(openblas.class)).resolveSibling(".");
    return LIBRARIES.stream()
        .map(folder::resolve)
        .filter(Files::exists)
        .flatMap(library -> SymbolLookup.libraryLookup(library, Arena.global()).find(name).stream())
        .map(symbol -> Linker.nativeLinker().downcallHandle(symbol, type))
        .toList();
  }

  private static VoidTensorHook hook(Runnable action) {
    var hook =
        new VoidTensorHook() {
          @Override
          public void call(TensorBase gradient) {
            action.run();
          }
        };
    hook.retainReference(); // outlives the scope in which this class happened to be loaded
    return hook;
  }
}
