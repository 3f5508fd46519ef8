package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * Resizes pictures with antialiasing, bit for bit as Pillow does: two passes, first along rows,
 * each a weighted sum in 22-bit fixed point rounded to 8 bits.
 */
public final class Resize {
  /** The interpolations, with Pillow's numbers and names. */
  public enum Filter {
    /** The pixel under the centre, without antialiasing. */
    NEAREST(0, 0, _ -> 1),
    /** Windowed sinc of three lobes. */
    LANCZOS(1, 3, x -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0),
    /** Triangle. */
    BILINEAR(2, 1, x -> Math.max(0, 1 - Math.abs(x))),
    /** Cubic convolution with a = -0.5. */
    BICUBIC(3, 2, Filter::cubic),
    /** Mean. */
    BOX(4, 0.5, x -> x > -0.5 && x <= 0.5 ? 1 : 0),
    /** Sinc of one lobe in a Hamming window. */
    HAMMING(5, 1, Filter::hamming);

    /** The weights as Pillow writes them: single-precision constants. */
    private static final double HAMMING_MEAN = 0.54f;

    private static final double HAMMING_WAVE = 0.46f;

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
          .orElseThrow(() -> new InputException("unknown resample code " + code + ": use 0 to 5"));
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
                  "unknown interpolation '%s': use one of %s"
                      .formatted(name, Arrays.toString(values()).toLowerCase(Locale.ROOT))));
    }

    private static double cubic(double x) {
      double a = -0.5;
      double t = Math.abs(x);
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }

    private static double hamming(double x) {
      double t = Math.abs(x);
      if (t == 0 || t >= 1) {
        return t == 0 ? 1 : 0;
      }
      return Math.sin(t * Math.PI)
          / (t * Math.PI)
          * (HAMMING_MEAN + HAMMING_WAVE * Math.cos(t * Math.PI));
    }

    private static double sinc(double x) {
      return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
  }

  private static final int PRECISION = 32 - 8 - 2;

  private Resize() {}

  /** The whole picture at another size. */
  public static Pixels resize(Pixels source, int width, int height, Filter filter) {
    return resize(source, width, height, filter, 0, 0, width, height);
  }

  /**
   * A part of the picture at another size: what cutting the part out of the whole resized picture
   * would give, without computing the rest.
   *
   * @param width of the whole picture after resizing
   * @param height of the whole picture after resizing
   * @param left where the part begins
   * @param top where the part begins
   * @param partWidth width of the part
   * @param partHeight height of the part
   */
  public static Pixels resize(
      Pixels source,
      int width,
      int height,
      Filter filter,
      int left,
      int top,
      int partWidth,
      int partHeight) {
    Objects.checkFromIndexSize(left, partWidth, width);
    Objects.checkFromIndexSize(top, partHeight, height);
    boolean sameWidth = width == source.width();
    boolean sameHeight = height == source.height();
    Windows columns =
        filter == Filter.NEAREST || sameWidth
            ? Windows.nearest(source.width(), width, left, partWidth)
            : Windows.of(source.width(), width, left, partWidth, filter);
    Windows rows =
        filter == Filter.NEAREST || sameHeight
            ? Windows.nearest(source.height(), height, top, partHeight)
            : Windows.of(source.height(), height, top, partHeight, filter);
    if (sameWidth && sameHeight && partWidth == width && partHeight == height) {
      return new Pixels(width, height, source.rgb());
    }
    int firstRow = rows.first();
    byte[] narrow = alongRows(source, columns, firstRow, rows.end());
    return new Pixels(partWidth, partHeight, alongColumns(narrow, 3 * partWidth, rows, firstRow));
  }

  /** The source's rows from {@code first} to {@code end}, each resized. */
  private static byte[] alongRows(Pixels source, Windows columns, int first, int end) {
    int width = columns.starts.length;
    byte[] in = source.rgb();
    var out = new byte[3 * width * (end - first)];
    if (columns.isWhole(source.width())) {
      System.arraycopy(in, 3 * width * first, out, 0, out.length);
      return out;
    }
    for (int y = first, o = 0; y < end; y++) {
      int row = 3 * y * source.width();
      if (columns.taps == 0) {
        for (int start : columns.starts) {
          System.arraycopy(in, row + 3 * start, out, o, 3);
          o += 3;
        }
      } else {
        weighRow(in, row, columns, out, o);
        o += 3 * width;
      }
    }
    return out;
  }

  private static void weighRow(byte[] in, int row, Windows columns, byte[] out, int to) {
    int[] starts = columns.starts;
    int[] lengths = columns.lengths;
    int[] weights = columns.weights;
    for (int x = 0, o = to; x < starts.length; x++, o += 3) {
      int r = 1 << (PRECISION - 1);
      int g = r;
      int b = r;
      int from = x * columns.taps;
      int end = from + lengths[x];
      for (int k = from, i = row + 3 * starts[x]; k < end; k++, i += 3) {
        int weight = weights[k];
        r += (in[i] & 0xff) * weight;
        g += (in[i + 1] & 0xff) * weight;
        b += (in[i + 2] & 0xff) * weight;
      }
      out[o] = clip(r);
      out[o + 1] = clip(g);
      out[o + 2] = clip(b);
    }
  }

  private static byte[] alongColumns(byte[] in, int stride, Windows rows, int firstRow) {
    int height = rows.starts.length;
    if (rows.taps == 0 && rows.isRun()) {
      return in;
    }
    var out = new byte[stride * height];
    var sums = new int[stride];
    for (int y = 0; y < height; y++) {
      int from = (rows.starts[y] - firstRow) * stride;
      if (rows.taps == 0) {
        System.arraycopy(in, from, out, y * stride, stride);
        continue;
      }
      Arrays.fill(sums, 1 << (PRECISION - 1));
      for (int k = 0; k < rows.lengths[y]; k++) {
        add(sums, in, from + k * stride, rows.weights[y * rows.taps + k]);
      }
      for (int x = 0, o = y * stride; x < stride; x++) {
        out[o + x] = clip(sums[x]);
      }
    }
    return out;
  }

  /** A loop of its own, in the form that the compiler turns into vector instructions. */
  private static void add(int[] sums, byte[] in, int from, int weight) {
    for (int x = 0; x < sums.length; x++) {
      sums[x] += (in[from + x] & 0xff) * weight;
    }
  }

  private static byte clip(int sum) {
    return (byte) Math.clamp(sum >> PRECISION, 0, 255);
  }

  /**
   * The source pixels that make each target pixel, and their fixed-point weights.
   *
   * @param starts the first source pixel
   * @param lengths how many source pixels
   * @param taps the largest length; 0 if each target pixel is one source pixel
   * @param weights {@code taps} to a target pixel
   */
  private record Windows(int[] starts, int[] lengths, int taps, int[] weights) {
    static Windows nearest(int from, int to, int first, int count) {
      var starts = new int[count];
      double scale = (double) from / to;
      double at = scale * 0.5;
      for (int i = 0; i < first + count; i++, at += scale) { // summed up, as Pillow does
        if (i >= first) {
          starts[i - first] = Math.min((int) at, from - 1);
        }
      }
      return new Windows(starts, new int[0], 0, new int[0]);
    }

    static Windows of(int from, int to, int first, int count, Filter filter) {
      double scale = (double) from / to;
      double stretch = Math.max(scale, 1); // antialiasing: the filter grows when shrinking
      double support = filter.support * stretch;
      int taps = (int) Math.ceil(support) * 2 + 1;
      var windows = new Windows(new int[count], new int[count], taps, new int[count * taps]);
      var raw = new double[taps];
      for (int i = 0; i < count; i++) {
        double centre = (first + i + 0.5) * scale;
        int start = Math.max((int) (centre - support + 0.5), 0);
        int length = Math.min((int) (centre + support + 0.5), from) - start;
        double sum = 0;
        for (int j = 0; j < length; j++) {
          raw[j] = filter.weight.applyAsDouble((j + start - centre + 0.5) * (1 / stretch));
          sum += raw[j];
        }
        windows.starts[i] = start;
        windows.lengths[i] = length;
        for (int j = 0; j < length; j++) {
          windows.weights[i * taps + j] = fixedPoint(sum == 0 ? raw[j] : raw[j] * (1 / sum));
        }
      }
      return windows;
    }

    int first() {
      return starts[0];
    }

    /** Behind the last source pixel; starts and ends never decrease. */
    int end() {
      int last = starts.length - 1;
      return starts[last] + (taps == 0 ? 1 : lengths[last]);
    }

    /** Whether target pixels are source pixels that follow one another. */
    boolean isRun() {
      return end() - first() == starts.length;
    }

    boolean isWhole(int width) {
      return taps == 0 && starts.length == width && isRun();
    }

    private static int fixedPoint(double weight) {
      return (int) (weight * (1 << PRECISION) + Math.copySign(0.5, weight));
    }
  }
}
