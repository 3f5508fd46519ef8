package io.vlm4j.image;

/** Ink to light, as Pillow computes it. */
final class Cmyk {
  private Cmyk() {}

  /**
   * Converts pixels.
   *
   * @param ink of cyan, magenta, yellow and black, 0 to 255, pixel by pixel
   * @param rgb receives three values a pixel
   * @param to where in {@code rgb}
   */
  static void toRgb(int[] ink, byte[] rgb, int to) {
    for (int i = 0, o = to; i < ink.length; i += 4, o += 3) {
      int white = 255 - ink[i + 3];
      for (int c = 0; c < 3; c++) {
        int product = ink[i + c] * white + 128;
        rgb[o + c] = (byte) Math.clamp(white - (((product >> 8) + product) >> 8), 0, 255);
      }
    }
  }
}
