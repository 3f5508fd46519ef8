package io.vlm4j.cli;

import io.vlm4j.io.hub.Progress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows how a download goes: bytes, rate, time left. */
final class Download implements Progress, AutoCloseable {
  private Terminal.@Nullable Bar bar;
  private long toFetch;
  private long start;

  @Override
  public void begin(String repository, int files, long bytes) {
    Terminal.line("hub", "fetching %s: %d files, %s", repository, files, size(bytes));
    toFetch = bytes;
    start = System.nanoTime();
    bar = new Terminal.Bar("download");
  }

  @Override
  public void advance(long done, long all) {
    if (bar == null) {
      return;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long fetched = Math.max(0, done - (all - toFetch));
    double rate = fetched / Math.max(seconds, 1e-3);
    bar.show(
        done / 1000,
        // Rounded up, so that the two are equal at the end only.
        done < all ? Math.max(all / 1000, done / 1000 + 1) : done / 1000,
        String.format(
            Locale.ROOT,
            "kB, %s/s, %s left",
            size(Math.round(rate)),
            rate == 0 ? "?" : Terminal.duration((all - done) / rate)));
  }

  /** {@code 1.2 GB}; powers of ten, as the hub counts. */
  static String size(long bytes) {
    if (bytes >= 1_000_000_000) {
      return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
    return bytes >= 1_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
