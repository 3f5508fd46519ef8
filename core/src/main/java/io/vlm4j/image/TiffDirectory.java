package io.vlm4j.image;

import java.nio.ByteOrder;

/**
 * The first directory of a TIFF structure, which EXIF is, too.
 *
 * @param tiff the whole structure
 * @param order of its bytes
 */
record TiffDirectory(Bytes tiff, ByteOrder order) {
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int ORIENTATION = 274;
  static final int COLOUR_MAP = 320;

  private static final int SHORT = 3;
  private static final int LONG = 4;

  static TiffDirectory of(Bytes tiff) {
    return new TiffDirectory(
        tiff, tiff.has(0, "II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  /** The 16-bit values of a tag; none if it is absent, of another type or outside of the file. */
  int[] shorts(int tag) {
    try {
      long directory = tiff.u32(4, order);
      int entries = tiff.u16(directory, order);
      for (int i = 0; i < entries; i++) {
        long entry = directory + 2 + 12L * i;
        if (tiff.u16(entry, order) == tag && tiff.u16(entry + 2, order) == SHORT) {
          return shorts(entry + 4);
        }
      }
    } catch (IndexOutOfBoundsException _) {
      return new int[0];
    }
    return new int[0];
  }

  /**
   * The first value of a tag, which may be of 16 or of 32 bits.
   *
   * @throws IndexOutOfBoundsException if the tag is not there
   */
  long number(int tag) {
    long directory = tiff.u32(4, order);
    int entries = tiff.u16(directory, order);
    for (int i = 0; i < entries; i++) {
      long entry = directory + 2 + 12L * i;
      if (tiff.u16(entry, order) == tag) {
        int type = tiff.u16(entry + 2, order);
        return type == LONG ? tiff.u32(entry + 8, order) : tiff.u16(entry + 8, order);
      }
    }
    throw new IndexOutOfBoundsException("no tag " + tag);
  }

  private int[] shorts(long countAt) {
    long count = tiff.u32(countAt, order);
    Bytes values = tiff.part(count <= 2 ? countAt + 4 : tiff.u32(countAt + 4, order), 2 * count);
    var shorts = new int[(int) count];
    for (int i = 0; i < shorts.length; i++) {
      shorts[i] = values.u16(2L * i, order);
    }
    return shorts;
  }
}
