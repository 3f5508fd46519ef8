package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.awt.image.Raster;

/**
 * Decodes JPEG. Grey and colour go to {@link NativeDecoder}, which fills what a truncated file
 * lacks without a word; files that do not end as they should, and CMYK, go to the JDK's reader,
 * whose libjpeg gives the same pixels slowly and tells of the lack.
 */
final class JpegDecoder {
  /** A progressive file of thousands of scans keeps a decoder busy for minutes. */
  static final int MAX_SCANS = 100;

  private JpegDecoder() {}

  static Pixels decode(byte[] file, JpegHeader header, ImageDecoder.Options options) {
    options.check(header.width(), header.height());
    if (header.scans() > MAX_SCANS) {
      throw new InputException(
          "the picture comes in %d scans; at most %d are read"
              .formatted(header.scans(), MAX_SCANS));
    }
    if (header.scans() == 0) {
      throw new InputException("truncated picture: a JPEG file without data");
    }
    if (header.components() == 4) {
      return cmyk(JdkReader.raster("jpeg", file, options), header);
    }
    return header.ended()
        ? NativeDecoder.decode(file, header.width(), header.height())
        : JdkPixels.of(JdkReader.image("jpeg", file, options));
  }

  /** Photoshop's convention, in which ink is stored inverted, is assumed for all, as by Pillow. */
  private static Pixels cmyk(Raster raster, JpegHeader header) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    var rgb = new byte[3 * width * height];
    var row = new int[4 * width];
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int i = 0; i < row.length; i += 4) {
        if (header.adobeTransform() == 2) {
          fromYcck(row, i);
        }
        for (int c = 0; c < 4; c++) {
          row[i + c] = 255 - row[i + c];
        }
      }
      Cmyk.toRgb(row, rgb, 3 * y * width);
    }
    return new Pixels(width, height, rgb);
  }

  /** The inverse of YCCK in libjpeg's fixed point. */
  private static void fromYcck(int[] v, int i) {
    int y = v[i];
    int cb = v[i + 1] - 128;
    int cr = v[i + 2] - 128;
    int half = 1 << 15;
    v[i] = Math.clamp(255 - (y + ((91_881 * cr + half) >> 16)), 0, 255);
    v[i + 1] = Math.clamp(255 - (y + ((-22_554 * cb - 46_802 * cr + half) >> 16)), 0, 255);
    v[i + 2] = Math.clamp(255 - (y + ((116_130 * cb + half) >> 16)), 0, 255);
  }
}
