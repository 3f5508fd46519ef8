package io.vlm4j.image;

/** How a camera was held: EXIF's orientations, in the order of their numbers 1 to 8. */
enum Orientation {
  UPRIGHT,
  MIRRORED,
  UPSIDE_DOWN,
  FLIPPED,
  TRANSPOSED,
  RIGHT_TOP,
  TRANSVERSED,
  LEFT_BOTTOM;

  /** What a TIFF structure says in its first directory; upright if it says nothing of sense. */
  static Orientation in(Bytes tiff) {
    // Damaged EXIF spoils no picture.
    int[] number = TiffDirectory.of(tiff).shorts(TiffDirectory.ORIENTATION);
    return number.length > 0 && number[0] >= 1 && number[0] <= 8
        ? values()[number[0] - 1]
        : UPRIGHT;
  }

  /** The picture as it was seen. */
  Pixels apply(Pixels picture) {
    if (this == UPRIGHT) {
      return picture;
    }
    int w = picture.width();
    int h = picture.height();
    boolean swapped = ordinal() >= TRANSPOSED.ordinal();
    int width = swapped ? h : w;
    int height = swapped ? w : h;
    byte[] from = picture.rgb();
    var rgb = new byte[from.length];
    for (int y = 0, o = 0; y < height; y++) {
      for (int x = 0; x < width; x++, o += 3) {
        int column =
            switch (this) {
              case UPRIGHT, FLIPPED -> x;
              case MIRRORED, UPSIDE_DOWN -> w - 1 - x;
              case TRANSPOSED, RIGHT_TOP -> y;
              case TRANSVERSED, LEFT_BOTTOM -> w - 1 - y;
            };
        int row =
            switch (this) {
              case UPRIGHT, MIRRORED -> y;
              case UPSIDE_DOWN, FLIPPED -> h - 1 - y;
              case TRANSPOSED, LEFT_BOTTOM -> x;
              case RIGHT_TOP, TRANSVERSED -> h - 1 - x;
            };
        System.arraycopy(from, 3 * (row * w + column), rgb, o, 3);
      }
    }
    return new Pixels(width, height, rgb);
  }
}
