package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * Resizes pictures with antialiasing, bit for bit as Pillow does: two passes, first along rows,
 * each a weighted sum in 22-bit fixed point rounded to 8 bits.
 */
public final class Resize {
  /** The interpolations, with Pillow's numbers and names. */
  public enum Filter {
    /** Triangle. */
    BILINEAR(2, 1, x -> Math.max(0, 1 - Math.abs(x))),
    /** Cubic convolution with a = -0.5. */
    BICUBIC(3, 2, Filter::cubic),
    /** Windowed sinc of three lobes. */
    LANCZOS(1, 3, x -> Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);

    private final int code;
    private final double support;
    private final DoubleUnaryOperator weight;

    Filter(int code, double support, DoubleUnaryOperator weight) {
      this.code = code;
      this.support = support;
      this.weight = weight;
    }

    /** The number in {@code preprocessor_config.json}. */
    public int code() {
      return code;
    }

    /**
     * The filter with that number.
     *
     * @throws InputException if there is none
     */
    public static Filter of(int code) {
      return Arrays.stream(values())
          .filter(filter -> filter.code == code)
          .findFirst()
          .orElseThrow(
              () -> new InputException("unknown resample code " + code + ": use 1, 2 or 3"));
    }

    /**
     * The filter of that name.
     *
     * @throws InputException if there is none
     */
    public static Filter of(String name) {
      return Arrays.stream(values())
          .filter(filter -> filter.name().toLowerCase(Locale.ROOT).equals(name))
          .findFirst()
          .orElseThrow(() ->
              new InputException(
                  "unknown interpolation '" + name + "': use bilinear, bicubic or lanczos"));
    }

    private static double cubic(double x) {
      double a = -0.5;
      double t = Math.abs(x);
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }

    private static double sinc(double x) {
      return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
  }

  private static final int PRECISION = 32 - 8 - 2;

  private Resize() {}

  /** The whole picture at another size. */
  public static Pixels resize(Pixels source, int width, int height, Filter filter) {
    Pixels rows = width == source.width() ? source : alongRows(source, width, filter);
    return height == rows.height() ? rows : alongColumns(rows, height, filter);
  }

  private static Pixels alongRows(Pixels source, int width, Filter filter) {
    Window[] windows = windows(source.width(), width, filter);
    var out = new byte[3 * width * source.height()];
    byte[] in = source.rgb();
    for (int y = 0, o = 0; y < source.height(); y++) {
      int row = 3 * y * source.width();
      for (Window window : windows) {
        o = sum(in, row + 3 * window.start, 3, window.weights, out, o);
      }
    }
    return new Pixels(width, source.height(), out);
  }

  private static Pixels alongColumns(Pixels source, int height, Filter filter) {
    Window[] windows = windows(source.height(), height, filter);
    int stride = 3 * source.width();
    var out = new byte[stride * height];
    byte[] in = source.rgb();
    for (int y = 0, o = 0; y < height; y++) {
      Window window = windows[y];
      for (int x = 0; x < stride; x += 3) {
        o = sum(in, window.start * stride + x, stride, window.weights, out, o);
      }
    }
    return new Pixels(source.width(), height, out);
  }

  /** Writes the weighted sum of three channels at {@code o}; returns where the next one goes. */
  private static int sum(byte[] in, int from, int step, int[] weights, byte[] out, int o) {
    int r = 1 << (PRECISION - 1);
    int g = r;
    int b = r;
    int i = from;
    for (int weight : weights) {
      r += (in[i] & 0xff) * weight;
      g += (in[i + 1] & 0xff) * weight;
      b += (in[i + 2] & 0xff) * weight;
      i += step;
    }
    out[o] = clip(r);
    out[o + 1] = clip(g);
    out[o + 2] = clip(b);
    return o + 3;
  }

  private static byte clip(int sum) {
    return (byte) Math.clamp(sum >> PRECISION, 0, 255);
  }

  /** The source pixels that make one target pixel, and their fixed-point weights. */
  private record Window(int start, int[] weights) {}

  private static Window[] windows(int from, int to, Filter filter) {
    double scale = (double) from / to;
    double stretch = Math.max(scale, 1); // antialiasing: the filter grows when shrinking
    double support = filter.support * stretch;
    var windows = new Window[to];
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      int start = Math.max((int) (centre - support + 0.5), 0);
      int end = Math.min((int) (centre + support + 0.5), from);
      var weights = new double[end - start];
      for (int j = 0; j < weights.length; j++) {
        weights[j] = filter.weight.applyAsDouble((j + start - centre + 0.5) * (1 / stretch));
      }
      double sum = Arrays.stream(weights).sum();
      windows[i] =
          new Window(
              start, Arrays.stream(weights).mapToInt(w -> fixedPoint(w * (1 / sum))).toArray());
    }
    return windows;
  }

  private static int fixedPoint(double weight) {
    return (int) (weight * (1 << PRECISION) + Math.copySign(0.5, weight));
  }
}
