package io.vlm4j.data.summary;

import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Resize;

/** Small pictures of pictures. */
final class Thumbnail {
  private static final int SIDE = 192; // twice what a page shows, for fine screens

  private Thumbnail() {}

  /** A PNG of the whole picture, on white; one that is small already keeps its pixels. */
  static byte[] png(Pixels picture) {
    double scale = (double) SIDE / Math.max(picture.width(), picture.height());
    Pixels opaque = picture.over(255, 255, 255);
    if (scale >= 1) {
      return ImageEncoder.png(opaque);
    }
    return ImageEncoder.png(
        Resize.resize(
            opaque,
            side(picture.width(), scale),
            side(picture.height(), scale),
            Resize.Filter.BICUBIC));
  }

  private static int side(int length, double scale) {
    return Math.max(1, (int) Math.round(length * scale));
  }
}
