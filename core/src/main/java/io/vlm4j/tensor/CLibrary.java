package io.vlm4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Settings of the C library that the native libraries here stand on, where it has them. */
@SuppressWarnings("restricted") // calling the C library is the point
final class CLibrary {
  private static final int TRIM_THRESHOLD = -1; // M_TRIM_THRESHOLD of glibc
  private static final int MMAP_MAX = -4; // M_MMAP_MAX of glibc
  private static final int HUGE_PAGE = 14; // MADV_HUGEPAGE of Linux
  private static final long PAGE = 4096;

  private static final int OWN_THREAD = 0; // PRIO_PROCESS, which on Linux is about a thread

  /** With this a thread gets a tenth of a processor that another wants whole; with 19, a 70th. */
  private static final int LOW_PRIORITY = 10;

  private static final Optional<MethodHandle> ADVISE =
      ofLinux(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private static final Optional<MethodHandle> SET_PRIORITY =
      ofLinux(
          "setpriority",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));

  private CLibrary() {}

  /**
   * Gives the calling thread a low priority, for good. Nothing happens but on Linux: elsewhere the
   * same call is about the whole process.
   */
  static void lowerThreadPriority() {
    if (SET_PRIORITY.isEmpty()) {
      return;
    }
    try {
      int _ = (int) SET_PRIORITY.get().invokeExact(OWN_THREAD, 0, LOW_PRIORITY);
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority failed", e);
    }
  }

  /** Sets a variable of the process itself, where native code sees it, unless it has a value. */
  static void setEnvironmentDefault(String name, String value) {
    var set =
        function(
            "setenv",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    if (set.isEmpty()) {
      return; // Windows, whose libraries do not need it
    }
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) set.get().invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv failed", e);
    }
  }

  /**
   * Lets glibc keep most blocks of up to 64 MB when they are freed, unless the user has settings of
   * his own for it. By itself it gives them back to the system from 32 MB on, so that every step of
   * a training asks for the same blocks again, and the system fills each of their pages with zeros
   * again. Larger ones are kept only in a process that was started with one arena for all threads,
   * {@code MALLOC_ARENA_MAX=1}.
   */
  static void keepFreedMemory() {
    boolean isSet =
        System.getenv().keySet().stream().anyMatch(name -> name.startsWith("MALLOC_"))
            || System.getenv().getOrDefault("GLIBC_TUNABLES", "").contains("glibc.malloc");
    var set =
        function(
            "mallopt",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    if (isSet || set.isEmpty()) {
      return;
    }
    try {
      int _ = (int) set.get().invokeExact(MMAP_MAX, 0);
      int _ = (int) set.get().invokeExact(TRIM_THRESHOLD, -1);
    } catch (Throwable e) {
      throw new IllegalStateException("mallopt failed", e);
    }
  }

  /**
   * Asks for pages of 2 MB under memory that was not written to yet; where there are none, nothing
   * changes.
   */
  static void preferHugePages(long address, long bytes) {
    if (ADVISE.isEmpty()) {
      return;
    }
    // To the outer bounds of small pages: two neighbours then share the large page between them.
    long from = address / PAGE * PAGE;
    long to = (address + bytes + PAGE - 1) / PAGE * PAGE;
    try {
      int _ = (int) ADVISE.get().invokeExact(from, to - from, HUGE_PAGE);
    } catch (Throwable e) {
      throw new IllegalStateException("madvise failed", e);
    }
  }

  private static Optional<MethodHandle> ofLinux(String name, FunctionDescriptor type) {
    return System.getProperty("os.name").equals("Linux") ? function(name, type) : Optional.empty();
  }

  private static Optional<MethodHandle> function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.defaultLookup().find(name).map(symbol -> linker.downcallHandle(symbol, type));
  }
}
