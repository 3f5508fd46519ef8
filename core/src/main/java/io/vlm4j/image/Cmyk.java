package io.vlm4j.image;

/** Ink to light, as Pillow computes it. */
final class Cmyk {
  private Cmyk() {}

  /** The picture of {@code height * width * 4} amounts of cyan, magenta, yellow and black ink. */
  static Pixels toRgb(int[] ink, int width, int height) {
    var rgb = new byte[3 * width * height];
    for (int i = 0, o = 0; o < rgb.length; i += 4, o += 3) {
      int white = 255 - ink[i + 3];
      for (int c = 0; c < 3; c++) {
        int product = ink[i + c] * white + 128;
        rgb[o + c] = (byte) Math.clamp(white - (((product >> 8) + product) >> 8), 0, 255);
      }
    }
    return new Pixels(width, height, rgb);
  }
}
