package io.vlm4j.io.hub;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The locks of {@code flock(2)}, which Python's hub client takes. Those of Java on POSIX systems
 * are {@code fcntl} locks, and neither kind sees the other; so Java's would let both programs write
 * one file.
 */
final class Flock {
  private static final int READ_WRITE = 2; // O_RDWR
  private static final int EXCLUSIVE_AT_ONCE = 2 | 4; // LOCK_EX | LOCK_NB
  private static final boolean IS_MAC =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
  private static final int WOULD_BLOCK = IS_MAC ? 35 : 11; // EWOULDBLOCK
  private static final int CLOSE_ON_EXEC = IS_MAC ? 0x1000000 : 0x80000; // O_CLOEXEC

  private static final Linker.Option ERROR_NUMBER = Linker.Option.captureCallState("errno");
  private static final VarHandle ERROR =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Optional<Flock> SYSTEM = load();

  private final MethodHandle open;
  private final MethodHandle flock;
  private final MethodHandle close;

  private Flock(Linker linker) {
    var string = ValueLayout.ADDRESS;
    var number = ValueLayout.JAVA_INT;
    open =
        handle(
            linker,
            "open",
            FunctionDescriptor.of(number, string, number),
            Linker.Option.firstVariadicArg(2),
            ERROR_NUMBER);
    flock = handle(linker, "flock", FunctionDescriptor.of(number, number, number), ERROR_NUMBER);
    close = handle(linker, "close", FunctionDescriptor.of(number, number));
  }

  @SuppressWarnings("restricted") // JavaCPP needs native access too
  private static MethodHandle handle(
      Linker linker, String name, FunctionDescriptor form, Linker.Option... options) {
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), form, options);
  }

  private static Optional<Flock> load() {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return Optional.empty(); // Python's locks are of the same kind as Java's there
    }
    try {
      return Optional.of(new Flock(Linker.nativeLinker()));
    } catch (RuntimeException _) {
      return Optional.empty(); // native access is denied, or a system without flock
    }
  }

  /** Of this system; empty where there is none. */
  static Optional<Flock> system() {
    return SYSTEM;
  }

  /**
   * Locks a file that exists.
   *
   * @return the lock, or nothing if somebody else has it
   * @throws IOException if the file cannot be locked at all
   */
  Optional<AutoCloseable> tryLock(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int descriptor =
          (int)
              open.invokeExact(
                  state, arena.allocateFrom(file.toString()), READ_WRITE | CLOSE_ON_EXEC);
      if (descriptor < 0) {
        throw new IOException("cannot open the lock " + file + ": error " + error(state));
      }
      if ((int) flock.invokeExact(state, descriptor, EXCLUSIVE_AT_ONCE) == 0) {
        return Optional.of(() -> close(descriptor));
      }
      int error = error(state);
      close(descriptor);
      if (error == WOULD_BLOCK) {
        return Optional.empty();
      }
      throw new IOException("cannot lock " + file + ": error " + error);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static int error(MemorySegment state) {
    return (int) ERROR.get(state, 0L);
  }

  private void close(int descriptor) {
    try {
      int _ = (int) close.invokeExact(descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
