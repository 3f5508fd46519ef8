package io.vlm4j.data.download;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a list of addresses, or has come so far.
 *
 * @param rows that are done in this run
 * @param succeeded those with a picture
 * @param failedToDownload those whose file could not be had
 * @param failedToResize those whose file is not a picture, or not one as wanted
 * @param failures how many rows failed of each cause
 * @param retries tries beyond the first of a row
 * @param bytes of the files that came
 * @param shardsWritten in this run
 * @param shardsSkipped because they were there already
 * @param elapsed since the start of this run
 */
public record DownloadReport(
    long rows,
    long succeeded,
    long failedToDownload,
    long failedToResize,
    Map<String, Long> failures,
    long retries,
    long bytes,
    int shardsWritten,
    int shardsSkipped,
    Duration elapsed) {
  /** Copies the map, in the order of the causes' names. */
  public DownloadReport {
    failures = Collections.unmodifiableMap(new TreeMap<>(failures));
  }

  /** Pictures a second, since the start. */
  public double picturesPerSecond() {
    return succeeded / Math.max(1e-9, elapsed.toNanos() / 1e9);
  }
}
