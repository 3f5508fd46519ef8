package io.vlm4j.data.summary;

import io.vlm4j.image.ImageFormat;

/** Counts what pictures are like. */
final class PictureCounts {
  private static final int HASHES = 1 << 20;

  private final Frequencies formats = new Frequencies(ImageFormat.values().length);
  private final Distribution bytes = new Distribution();
  private final Distribution width = new Distribution();
  private final Distribution height = new Distribution();
  private final Distribution aspect = new Distribution();
  private final DistinctCount distinct = new DistinctCount(HASHES);

  void add(Survey.Seen seen, boolean isDecoded) {
    formats.add(seen.format().name());
    bytes.add(seen.bytes());
    distinct.add(seen.hash());
    if (isDecoded) {
      width.add(seen.width());
      height.add(seen.height());
      aspect.add((double) seen.width() / seen.height());
    }
  }

  DataSummary.Pictures summary() {
    return new DataSummary.Pictures(
        bytes.count(),
        formats.most(ImageFormat.values().length),
        bytes,
        width,
        height,
        aspect,
        distinct.repeats());
  }
}
