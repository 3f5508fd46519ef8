package io.vlm4j.data.download;

import java.time.Duration;

/**
 * Why there is no picture for a row. The reason is the same line for all rows with the same
 * trouble, so that it can be counted; what is particular stands in the message behind it.
 */
final class DownloadFailure extends Exception {
  /** What img2dataset calls a row whose file could not be had. */
  static final String FAILED_TO_DOWNLOAD = "failed_to_download";

  /** What img2dataset calls a row whose file is not a picture as wanted. */
  static final String FAILED_TO_RESIZE = "failed_to_resize";

  private static final int LONGEST = 200;

  private final String status;
  private final String reason;
  private final String detail;
  private final boolean silence;
  private final boolean passing;
  private final Duration pause;

  private DownloadFailure(
      String status,
      String reason,
      String detail,
      boolean silence,
      boolean passing,
      Duration pause) {
    super(detail.isEmpty() ? reason : reason + ": " + detail, null, false, false);
    this.status = status;
    this.reason = reason;
    this.detail = detail;
    this.silence = silence;
    this.passing = passing;
    this.pause = pause;
  }

  static DownloadFailure download(String reason) {
    return download(reason, "");
  }

  static DownloadFailure download(String reason, String detail) {
    return new DownloadFailure(
        FAILED_TO_DOWNLOAD, reason, oneLine(detail), false, false, Duration.ZERO);
  }

  static DownloadFailure picture(String reason) {
    return picture(reason, "");
  }

  static DownloadFailure picture(String reason, String detail) {
    return new DownloadFailure(
        FAILED_TO_RESIZE, reason, oneLine(detail), false, false, Duration.ZERO);
  }

  /** This failure as one that may be gone after a while, at least after {@code pause}. */
  DownloadFailure passing(Duration asked) {
    return new DownloadFailure(status, reason, detail, silence, true, asked);
  }

  /** A host that kept us waiting until the time was over, or took no connection. */
  static DownloadFailure silence(String reason) {
    return new DownloadFailure(FAILED_TO_DOWNLOAD, reason, "", true, false, Duration.ZERO);
  }

  /** Details come from strangers: control characters and novels do not go into our files. */
  private static String oneLine(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "\ufffd");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }

  String status() {
    return status;
  }

  String reason() {
    return reason;
  }

  String line() {
    return String.valueOf(getMessage());
  }

  boolean isSilence() {
    return silence;
  }

  boolean isPassing() {
    return passing;
  }

  Duration pause() {
    return pause;
  }
}
