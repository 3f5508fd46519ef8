package io.vlm4j.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Decodes the first picture of a TIFF file: the JDK unpacks, the meaning of the values is Pillow's
 * (16-bit colours lose their low byte, 16-bit grey is cut off at 255).
 */
final class TiffDecoder {
  private TiffDecoder() {}

  static Pixels decode(byte[] file, ImageDecoder.Options options) {
    BufferedImage image = JdkReader.image("tiff", file, options);
    ColorModel colours = image.getColorModel();
    Raster raster = image.getRaster();
    int space = colours.getColorSpace().getType();
    if (colours instanceof IndexColorModel || space == ColorSpace.TYPE_YCbCr) {
      return JdkPixels.of(image);
    }
    if (raster.getTransferType() == DataBuffer.TYPE_FLOAT
        || raster.getTransferType() == DataBuffer.TYPE_DOUBLE) {
      return floats(raster);
    }
    if (raster.getNumBands() == 4 && space == ColorSpace.TYPE_CMYK) {
      return Cmyk.toRgb(bytes(raster), raster.getWidth(), raster.getHeight());
    }
    return raster.getNumBands() < 3 ? grey(raster) : colour(raster);
  }

  private static int[] bytes(Raster raster) {
    int[] values = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    for (int i = 0; i < values.length; i++) {
      values[i] >>>= shift;
    }
    return values;
  }

  private static Pixels colour(Raster raster) {
    int[] values = bytes(raster);
    int bands = raster.getNumBands();
    var rgb = new byte[3 * raster.getWidth() * raster.getHeight()];
    for (int i = 0, o = 0; o < rgb.length; i += bands, o += 3) {
      for (int c = 0; c < 3; c++) {
        rgb[o + c] = (byte) values[i + c];
      }
    }
    return new Pixels(raster.getWidth(), raster.getHeight(), rgb);
  }

  private static Pixels grey(Raster raster) {
    int bits = raster.getSampleModel().getSampleSize(0);
    boolean unsigned = raster.getTransferType() != DataBuffer.TYPE_SHORT;
    int[] values =
        raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null);
    var rgb = new byte[3 * values.length];
    for (int i = 0; i < values.length; i++) {
      int value = bits < 8 ? values[i] * 255 / ((1 << bits) - 1) : values[i];
      fill(rgb, i, bits == 16 && unsigned ? value & 0xffff : value);
    }
    return new Pixels(raster.getWidth(), raster.getHeight(), rgb);
  }

  private static Pixels floats(Raster raster) {
    float[] values =
        raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (float[]) null);
    var rgb = new byte[3 * values.length];
    for (int i = 0; i < values.length; i++) {
      fill(rgb, i, (int) values[i]);
    }
    return new Pixels(raster.getWidth(), raster.getHeight(), rgb);
  }

  private static void fill(byte[] rgb, int pixel, int grey) {
    rgb[3 * pixel] = rgb[3 * pixel + 1] = rgb[3 * pixel + 2] = (byte) Math.clamp(grey, 0, 255);
  }
}
