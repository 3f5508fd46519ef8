package io.vlm4j.data.download;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Hosts that answer nobody any more. Rows of such a host would wait for one another through one
 * time limit after the other, until all rows that may be started are theirs and the other hosts
 * stand still. So after many silences in a row, with no answer between, its rows fail at once for a
 * while; then one more silence is enough, and any answer makes it a host like the others.
 */
final class SilentHosts {
  private static final int MOST_KEPT = 20_000;

  private final int patience;
  private final long rest;
  private final LongSupplier clock;

  @SuppressWarnings("serial")
  private final Map<String, Silence> silences =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Silence> eldest) {
          return size() > MOST_KEPT;
        }
      };

  /**
   * What is known of a host that did not answer.
   *
   * @param count how often, in a row
   * @param until when it is left alone, by the clock; of no meaning before it is
   */
  private record Silence(int count, long until) {}

  /**
   * No host is silent yet.
   *
   * @param patience how many silences in a row are too many
   * @param rest how long the host is left alone then
   * @param clock of nanoseconds
   */
  SilentHosts(int patience, Duration rest, LongSupplier clock) {
    this.patience = patience;
    this.rest = rest.toNanos();
    this.clock = clock;
  }

  synchronized void check(String host) throws DownloadFailure {
    Silence silence = silences.get(host);
    if (silence != null && silence.count >= patience && clock.getAsLong() - silence.until < 0) {
      throw DownloadFailure.download("host does not answer");
    }
  }

  synchronized void answered(String host) {
    silences.remove(host);
  }

  synchronized void keptSilent(String host) {
    Silence before = silences.getOrDefault(host, new Silence(0, 0));
    silences.put(host, new Silence(before.count + 1, clock.getAsLong() + rest));
  }
}
