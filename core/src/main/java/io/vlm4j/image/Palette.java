package io.vlm4j.image;

/** Colours by number: red, green and blue of up to 256 entries, one after the other. */
final class Palette {
  private Palette() {}

  /** Shades of grey, which stay where a file has fewer colours than it uses. */
  static byte[] grey() {
    var palette = new byte[3 * 256];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i / 3);
    }
    return palette;
  }

  /** The {@code x}th number of 1, 2, 4 or 8 bits, the high bits of a byte first. */
  static int sample(byte[] packed, int from, int x, int bits) {
    int perByte = 8 / bits;
    int shift = 8 - bits * (x % perByte + 1);
    return (packed[from + x / perByte] >> shift) & ((1 << bits) - 1);
  }

  /** The picture of {@code height * width} numbers. */
  static Pixels paint(byte[] numbers, byte[] palette, int width, int height) {
    var rgb = new byte[3 * width * height];
    for (int i = 0, o = 0; o < rgb.length; i++, o += 3) {
      int colour = 3 * (numbers[i] & 0xff);
      rgb[o] = palette[colour];
      rgb[o + 1] = palette[colour + 1];
      rgb[o + 2] = palette[colour + 2];
    }
    return new Pixels(width, height, rgb);
  }
}
