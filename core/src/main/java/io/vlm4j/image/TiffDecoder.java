package io.vlm4j.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Decodes the first picture of a TIFF file: the JDK unpacks, the meaning of the values is Pillow's
 * (16-bit colours lose their low byte, 16-bit grey and grey of other kinds is cut off at 255).
 */
final class TiffDecoder {
  private final Raster raster;
  private final int width;
  private final byte[] rgb;

  private TiffDecoder(Raster raster) {
    this.raster = raster;
    this.width = raster.getWidth();
    this.rgb = new byte[3 * width * raster.getHeight()];
  }

  static Pixels decode(byte[] file, ImageDecoder.Options options) {
    BufferedImage image = JdkReader.image("tiff", file, options);
    if (image.getColorModel() instanceof IndexColorModel) {
      int[] map = TiffDirectory.of(Bytes.of(file)).shorts(TiffDirectory.COLOUR_MAP);
      return map.length == 0 // black and white
          ? JdkPixels.of(image)
          : new TiffDecoder(image.getRaster()).painted(map);
    }
    return new TiffDecoder(image.getRaster()).decode(image.getColorModel());
  }

  private Pixels decode(ColorModel colours) {
    if (raster.getNumBands() < 3) {
      return grey();
    }
    boolean cmyk =
        raster.getNumBands() == 4 && colours.getColorSpace().getType() == ColorSpace.TYPE_CMYK;
    int bands = raster.getNumBands();
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    var row = new int[bands * width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int i = 0; i < row.length; i++) {
        row[i] >>>= shift;
      }
      if (cmyk) {
        Cmyk.toRgb(row, rgb, 3 * y * width);
      } else {
        for (int x = 0; x < 3 * width; x++) {
          rgb[3 * y * width + x] = (byte) row[x / 3 * bands + x % 3];
        }
      }
    }
    return pixels();
  }

  /** The JDK would scale the map's 16 bits to 8, where Pillow takes the high byte. */
  private Pixels painted(int[] map) {
    int count = map.length / 3;
    var row = new int[width];
    for (int y = 0, o = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int number : row) {
        for (int c = 0; c < 3; c++, o++) {
          rgb[o] = (byte) (number < count ? map[c * count + number] >> 8 : number);
        }
      }
    }
    return pixels();
  }

  /** Through floating point, in which all kinds of values are read alike. */
  private Pixels grey() {
    int bits = raster.getSampleModel().getSampleSize(0);
    boolean packed = raster.getTransferType() == DataBuffer.TYPE_BYTE && bits < 8;
    var row = new double[width];
    for (int y = 0, o = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (double value : row) {
        int grey = packed ? (int) value * 255 / ((1 << bits) - 1) : (int) value;
        byte shade = (byte) Math.clamp(grey, 0, 255);
        rgb[o++] = shade;
        rgb[o++] = shade;
        rgb[o++] = shade;
      }
    }
    return pixels();
  }

  private Pixels pixels() {
    return new Pixels(width, raster.getHeight(), rgb);
  }
}
