package io.vlm4j.image;

import java.nio.ByteOrder;

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

  private static final int TAG = 0x0112;

  /** What a TIFF structure says in its first directory; upright if it says nothing of sense. */
  static Orientation in(Bytes tiff) {
    if (tiff.length() < 8 || !(tiff.has(0, "II") || tiff.has(0, "MM"))) {
      return UPRIGHT;
    }
    ByteOrder order = tiff.has(0, "II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    try {
      long directory = tiff.u32(4, order);
      int entries = tiff.u16(directory, order);
      for (int i = 0; i < entries; i++) {
        long entry = directory + 2 + 12L * i;
        if (tiff.u16(entry, order) == TAG && tiff.u16(entry + 2, order) == 3) {
          int number = tiff.u16(entry + 8, order);
          return number >= 1 && number <= 8 ? values()[number - 1] : UPRIGHT;
        }
      }
    } catch (IndexOutOfBoundsException _) {
      return UPRIGHT; // damaged EXIF spoils no picture
    }
    return UPRIGHT;
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
