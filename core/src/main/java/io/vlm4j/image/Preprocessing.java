package io.vlm4j.image;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a picture becomes a model's input: resize, crop or pad, rescale, normalise. A description as
 * data; the same object serves training, evaluation and use, and is stored with the model.
 *
 * @param result what the model sees
 * @param mode how the picture is resized
 * @param resized what it is resized to, before the middle is cut out
 * @param filter the interpolation
 * @param fill the shade, 0 to 255, of the margin that {@link Mode#LONGEST} leaves
 * @param rescale what values of 0 to 255 are multiplied with; 1/255 if not 1
 * @param mean of red, green and blue, after rescaling
 * @param std of red, green and blue, after rescaling
 */
public record Preprocessing(
    Size result,
    Mode mode,
    Size resized,
    Resize.Filter filter,
    int fill,
    double rescale,
    List<Double> mean,
    List<Double> std) {
  /** How a picture of any shape gets the size that is asked for. */
  public enum Mode {
    /** Resize so that both sides reach {@code resized}, cut the middle out. */
    SHORTEST,
    /** Resize each side on its own. */
    SQUASH,
    /** Resize so that no side exceeds {@code resized}, put it on the middle of a plain ground. */
    LONGEST,
    /**
     * Put it on the middle of a square ground of the {@link Preprocessing#mean}'s colour, then
     * resize that and cut the middle out.
     */
    SQUARED,
    /** Only cut the middle out. */
    CROP
  }

  /** Width and height in pixels. */
  public record Size(int width, int height) {
    /** Checks that there are pixels, not too many for an array. */
    public Size {
      if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE / 12) {
        throw new InputException(
            "preprocessing needs a positive size, not " + width + " x " + height);
      }
    }

    /** As wide as high. */
    public static Size square(int side) {
      return new Size(side, side);
    }

    boolean isSquare() {
      return width == height;
    }

    @Override
    public String toString() {
      return width + " x " + height;
    }
  }

  /** Pixels before the crop: a picture of one column would need more memory than Pillow has. */
  private static final long MAX_RESIZED = 1 << 26;

  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  static final double TO_UNIT = 1 / 255.0;
  static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);
  static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  /** Checks the numbers. */
  public Preprocessing {
    if (mean.size() != 3
        || std.size() != 3
        || !mean.stream().allMatch(Double::isFinite)
        || !std.stream().allMatch(s -> s > 0 && Double.isFinite(s))) {
      throw new InputException(
          "preprocessing needs three means and three positive deviations, not %s and %s"
              .formatted(mean, std));
    }
    if (!(rescale > 0 && Double.isFinite(rescale)) || fill < 0 || fill > 255) {
      throw new InputException(
          "preprocessing needs a positive factor and a shade of 0 to 255, not %s and %d"
              .formatted(rescale, fill));
    }
    if (mode == Mode.SQUARED && !resized.isSquare()) {
      throw new InputException("a square cannot be resized to " + resized);
    }
    if ((mode == Mode.SHORTEST || mode == Mode.SQUASH || mode == Mode.SQUARED)
        && (result.width > resized.width || result.height > resized.height)) {
      throw new InputException("nothing of " + result + " can be cut out of " + resized);
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** A square of {@code size} pixels a side, values of 0 to 255 scaled to [0, 1]. */
  public Preprocessing(
      int size, Mode mode, Resize.Filter filter, List<Double> mean, List<Double> std) {
    this(Size.square(size), mode, Size.square(size), filter, 0, TO_UNIT, mean, std);
  }

  /** CLIP's: the shorter side, bicubic, centre crop, CLIP's own mean and deviation. */
  public static Preprocessing clip(int size) {
    return new Preprocessing(size, Mode.SHORTEST, Resize.Filter.BICUBIC, CLIP_MEAN, CLIP_STD);
  }

  /** SigLIP's: squashed, bicubic, to [-1, 1]. */
  public static Preprocessing sigLip(int size) {
    return new Preprocessing(size, Mode.SQUASH, Resize.Filter.BICUBIC, HALF, HALF);
  }

  /** The same for pictures that get their size in another way. */
  public Preprocessing withMode(Mode other) {
    return new Preprocessing(result, other, resized, filter, fill, rescale, mean, std);
  }

  /** The same for square pictures of another side; what is cut away keeps its share. */
  public Preprocessing withSize(int side) {
    return new Preprocessing(
        Size.square(side),
        mode,
        new Size(
            Math.round((float) side * resized.width / result.width),
            Math.round((float) side * resized.height / result.height)),
        filter,
        fill,
        rescale,
        mean,
        std);
  }

  /**
   * Side of the result.
   *
   * @throws InputException if it is not a square
   */
  public int size() {
    if (!result.isSquare()) {
      throw new InputException("squares are needed here, not " + result);
    }
    return result.width;
  }

  /** The number of values that {@link #normalize} gives. */
  public int values() {
    return 3 * result.width * result.height;
  }

  /** The picture that the model sees, of the size of {@link #result}; a square for most models. */
  public Pixels square(Pixels picture) {
    int w = picture.width();
    int h = picture.height();
    return switch (mode) {
      case SQUASH -> cut(picture, resized.width, resized.height);
      case CROP -> cut(picture, w, h);
      case SQUARED -> cut(squared(picture), resized.width, resized.height);
      case SHORTEST -> {
        if (!resized.isSquare()) {
          double ratio = Math.min((double) h / resized.height, (double) w / resized.width);
          yield cut(picture, round(w / ratio), round(h / ratio));
        }
        long side = resized.width;
        yield w <= h ? cut(picture, side, side * h / w) : cut(picture, side * w / h, side);
      }
      case LONGEST -> {
        double ratio = Math.max((double) h / resized.height, (double) w / resized.width);
        yield pad(Resize.resize(picture, (int) round(w / ratio), (int) round(h / ratio), filter));
      }
    };
  }

  /** Half to even, as Python rounds; but a thin picture keeps a pixel. */
  private static long round(double length) {
    return Math.max(1, (long) Math.rint(length));
  }

  /** The middle of the picture after resizing; the rest is not even computed. */
  private Pixels cut(Pixels picture, long width, long height) {
    if (width * height > MAX_RESIZED && mode != Mode.CROP) {
      throw new InputException(
          "a picture of %d x %d is too thin to be resized"
              .formatted(picture.width(), picture.height()));
    }
    if (width < result.width || height < result.height) {
      throw new InputException(
          "nothing of %s can be cut out of a picture of %d x %d".formatted(result, width, height));
    }
    int left = (int) Math.rint((width - result.width) / 2.0);
    int top = (int) Math.rint((height - result.height) / 2.0);
    return Resize.resize(
        picture, (int) width, (int) height, filter, left, top, result.width, result.height);
  }

  /** As LLaVA's own code does: the margin before the picture is the smaller, its colour cut off. */
  private Pixels squared(Pixels picture) {
    int w = picture.width();
    int h = picture.height();
    if (w == h) {
      return picture;
    }
    int side = Math.max(w, h);
    if (3L * side * side > LONGEST_ARRAY) {
      throw new InputException(
          "a picture of %d x %d is too thin to be made a square".formatted(w, h));
    }
    var rgb = new byte[3 * side * side];
    for (int c = 0; c < 3; c++) {
      byte shade = (byte) (int) (mean.get(c) * 255);
      for (int i = c; i < rgb.length; i += 3) {
        rgb[i] = shade;
      }
    }
    int left = (side - w) / 2;
    int top = (side - h) / 2;
    for (int y = 0; y < h; y++) {
      System.arraycopy(picture.rgb(), 3 * y * w, rgb, 3 * ((top + y) * side + left), 3 * w);
    }
    return new Pixels(side, side, rgb);
  }

  private Pixels pad(Pixels picture) {
    int w = Math.min(picture.width(), result.width);
    int h = Math.min(picture.height(), result.height);
    int left = (result.width - w) / 2;
    int top = (result.height - h) / 2;
    int fromLeft = (int) Math.rint((picture.width() - w) / 2.0);
    int fromTop = (int) Math.rint((picture.height() - h) / 2.0);
    var rgb = new byte[values()];
    Arrays.fill(rgb, (byte) fill);
    for (int y = 0; y < h; y++) {
      System.arraycopy(
          picture.rgb(),
          3 * ((fromTop + y) * picture.width() + fromLeft),
          rgb,
          3 * ((top + y) * result.width + left),
          3 * w);
    }
    return new Pixels(result.width, result.height, rgb);
  }

  /**
   * Normalises a picture that {@link #square} made.
   *
   * @param target receives red, then green, then blue, each {@code height * width} values
   * @param offset where in {@code target}
   */
  public void normalize(Pixels square, float[] target, int offset) {
    if (square.width() != result.width || square.height() != result.height) {
      throw new IllegalArgumentException(square + " is not " + result);
    }
    int area = result.width * result.height;
    byte[] rgb = square.rgb();
    for (int c = 0; c < 3; c++) {
      float[] table = table(c);
      for (int i = 0, from = c, to = offset + c * area; i < area; i++, from += 3) {
        target[to + i] = table[rgb[from] & 0xff];
      }
    }
  }

  /**
   * Normalises pictures that {@link #square} made.
   *
   * @return f32 {@code [B, 3, H, W]}
   */
  public Tensor toTensor(List<Pixels> squares) {
    Tensor tensor = Tensors.empty(ScalarType.Float, squares.size(), 3, result.height, result.width);
    MemorySegment memory = Tensors.memory(tensor);
    IntStream.range(0, squares.size())
        .parallel()
        .forEach(i -> {
          var values = new float[values()];
          normalize(squares.get(i), values, 0);
          MemorySegment.copy(
              values, 0, memory, ValueLayout.JAVA_FLOAT, 4L * i * values.length, values.length);
        });
    return tensor;
  }

  /** What becomes of the values 0 to 255, in the single-precision steps of torchvision. */
  private float[] table(int channel) {
    float m = mean.get(channel).floatValue();
    float s = std.get(channel).floatValue();
    var table = new float[256];
    for (int v = 0; v < 256; v++) {
      table[v] = ((float) (v * rescale) - m) / s;
    }
    return table;
  }

  /** Reads {@code preprocessor_config.json} of a Hugging Face model folder. */
  public static Preprocessing readHuggingFace(Path file) {
    ObjectNode json = Json.readObject(file);
    try {
      return HuggingFaceRecipe.read(json);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * What {@code preprocessor_config.json} says of this recipe.
   *
   * @throws InputException if the file has no words for it
   */
  public ObjectNode toHuggingFace() {
    return HuggingFaceRecipe.write(this);
  }

  /**
   * Reads {@code preprocess_cfg} of {@code open_clip_config.json}, with the size of the model's
   * pictures where it names none.
   */
  public static Preprocessing ofOpenClip(ObjectNode config) {
    return OpenClipRecipe.read(config);
  }

  /**
   * OpenCLIP's {@code preprocess_cfg}.
   *
   * @throws InputException if it has no words for this recipe
   */
  public ObjectNode toOpenClip() {
    return OpenClipRecipe.write(this);
  }
}
