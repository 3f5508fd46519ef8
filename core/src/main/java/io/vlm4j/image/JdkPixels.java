package io.vlm4j.image;

import java.awt.image.BufferedImage;

/** The JDK's pictures as ours. */
final class JdkPixels {
  private JdkPixels() {}

  static Pixels of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    var rgb = new byte[3 * width * height];
    if (image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
      // getRGB would convert from a linear grey space and so change the values.
      int[] grey = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
      for (int i = 0; i < grey.length; i++) {
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = (byte) grey[i];
      }
      return new Pixels(width, height, rgb);
    }
    var row = new int[width];
    for (int y = 0, i = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int argb : row) {
        rgb[i++] = (byte) (argb >> 16);
        rgb[i++] = (byte) (argb >> 8);
        rgb[i++] = (byte) argb;
      }
    }
    return new Pixels(width, height, rgb);
  }
}
