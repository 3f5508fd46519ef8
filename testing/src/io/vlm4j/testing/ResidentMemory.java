package io.vlm4j.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory that this process has in the machine, as Linux counts it. */
public final class ResidentMemory {
  private static final Path STATM = Path.of("/proc/self/statm");

  private ResidentMemory() {}

  /** Skips the calling test where nobody says. */
  public static void assumeKnown() {
    assumeTrue(Files.isReadable(STATM), "there is no " + STATM + " to read memory from");
  }

  /** Pages, after the whole Java heap has been touched, so that only native memory can grow. */
  public static long pages() {
    try {
      touchHeap();
      return Long.parseLong(Files.readString(STATM).split(" ")[1]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void touchHeap() {
    long kept = 0;
    for (long touched = 0; touched < Runtime.getRuntime().totalMemory(); touched += 1 << 20) {
      kept += new byte[1 << 20].length; // garbage
    }
    if (kept <= 0) {
      throw new AssertionError("a heap without memory");
    }
    System.gc();
  }
}
