package io.vlm4j.image;

import io.vlm4j.tensor.Tensors;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An RGB picture in memory: 8 bits a channel, row by row, red first.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb {@code height * width * 3} bytes; shared, not copied
 * @param alpha opacity, {@code height * width} bytes, or null for an opaque picture; kept only for
 *     {@link #over}
 */
public record Pixels(int width, int height, byte[] rgb, byte @Nullable [] alpha) {
  /** Checks the size. */
  public Pixels {
    int area = Math.multiplyExact(width, height);
    if (width < 1
        || height < 1
        || rgb.length != Math.multiplyExact(3, area)
        || (alpha != null && alpha.length != area)) {
      throw new IllegalArgumentException(
          rgb.length + " bytes are no RGB picture of " + width + " x " + height);
    }
  }

  /** An opaque picture. */
  public Pixels(int width, int height, byte[] rgb) {
    this(width, height, rgb, null);
  }

  /** This picture on a background of one colour (0 to 255 each); itself if it is opaque. */
  public Pixels over(int red, int green, int blue) {
    if (alpha == null) {
      return this;
    }
    int[] ground = {red, green, blue};
    var out = new byte[rgb.length];
    for (int i = 0; i < out.length; i++) {
      int a = alpha[i / 3] & 0xff;
      out[i] = (byte) (((rgb[i] & 0xff) * a + ground[i % 3] * (255 - a) + 127) / 255);
    }
    return new Pixels(width, height, out);
  }

  /**
   * A rectangle of this picture, with its opacity.
   *
   * @throws IllegalArgumentException if not all of it is in the picture
   */
  public Pixels crop(int left, int top, int columns, int rows) {
    if (left < 0
        || top < 0
        || columns < 1
        || rows < 1
        || left + columns > width
        || top + rows > height) {
      throw new IllegalArgumentException(
          "%d x %d pixels from (%d, %d) are not all in a picture of %d x %d"
              .formatted(columns, rows, left, top, width, height));
    }
    return new Pixels(
        columns,
        rows,
        crop(rgb, 3, left, top, columns, rows),
        alpha == null ? null : crop(alpha, 1, left, top, columns, rows));
  }

  private byte[] crop(byte[] all, int channels, int left, int top, int columns, int rows) {
    var some = new byte[channels * columns * rows];
    for (int y = 0; y < rows; y++) {
      System.arraycopy(
          all,
          channels * ((top + y) * width + left),
          some,
          channels * y * columns,
          channels * columns);
    }
    return some;
  }

  /**
   * Pictures of numbers: f32 {@code [B, 3, H, W]} of values from 0 to 1, rounded; what lies outside
   * becomes black or full.
   */
  public static List<Pixels> ofUnit(Tensor pictures) {
    int height = Math.toIntExact(pictures.size(2));
    int width = Math.toIntExact(pictures.size(3));
    float[] values = Tensors.toFloats(pictures);
    int area = height * width;
    return IntStream.range(0, Math.toIntExact(pictures.size(0)))
        .mapToObj(b -> {
          var rgb = new byte[3 * area];
          for (int i = 0; i < rgb.length; i++) {
            float value = values[(3 * b + i % 3) * area + i / 3];
            rgb[i] = (byte) Math.round(255 * Math.clamp(value, 0f, 1f));
          }
          return new Pixels(width, height, rgb);
        })
        .toList();
  }

  /**
   * Opaque pictures of one size in a row.
   *
   * @throws IllegalArgumentException if there are none, or they differ in size
   */
  public static Pixels beside(List<Pixels> pictures) {
    int width = pictures.getFirst().width;
    int height = pictures.getFirst().height;
    int count = pictures.size();
    var rgb = new byte[3 * count * width * height];
    for (int i = 0; i < count; i++) {
      Pixels picture = pictures.get(i);
      if (picture.width != width || picture.height != height) {
        throw new IllegalArgumentException(picture + " is not of " + width + " x " + height);
      }
      for (int y = 0; y < height; y++) {
        System.arraycopy(picture.rgb, 3 * y * width, rgb, 3 * (y * count + i) * width, 3 * width);
      }
    }
    return new Pixels(count * width, height, rgb);
  }

  /** The value (0 to 255) of channel {@code c} at column {@code x} of row {@code y}. */
  public int get(int x, int y, int c) {
    return rgb[(y * width + x) * 3 + c] & 0xff;
  }

  /** A picture of Java's own imaging classes, with its opacity if it has one. */
  public static Pixels of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] argb = image.getRGB(0, 0, width, height, null, 0, width);
    var rgb = new byte[3 * argb.length];
    byte[] alpha = image.getColorModel().hasAlpha() ? new byte[argb.length] : null;
    for (int i = 0; i < argb.length; i++) {
      rgb[3 * i] = (byte) (argb[i] >> 16);
      rgb[3 * i + 1] = (byte) (argb[i] >> 8);
      rgb[3 * i + 2] = (byte) argb[i];
      if (alpha != null) {
        alpha[i] = (byte) (argb[i] >>> 24);
      }
    }
    return new Pixels(width, height, rgb, alpha);
  }

  /** The same picture for Java's own imaging classes, with its opacity if it has one. */
  public BufferedImage toBufferedImage() {
    var argb = new int[width * height];
    for (int i = 0; i < argb.length; i++) {
      argb[i] =
          (alpha == null ? 0xff : alpha[i] & 0xff) << 24
              | (rgb[3 * i] & 0xff) << 16
              | (rgb[3 * i + 1] & 0xff) << 8
              | rgb[3 * i + 2] & 0xff;
    }
    int type = alpha == null ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_INT_ARGB;
    var image = new BufferedImage(width, height, type);
    image.setRGB(0, 0, width, height, argb, 0, width);
    return image;
  }

  /** Equal if all pixels are. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Pixels(int w, int h, byte[] bytes, byte[] opacity)
        && w == width
        && h == height
        && Arrays.equals(bytes, rgb)
        && Arrays.equals(opacity, alpha);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * width + height) + Arrays.hashCode(rgb)) + Arrays.hashCode(alpha);
  }

  @Override
  public String toString() {
    return "Pixels[" + width + " x " + height + "]";
  }
}
