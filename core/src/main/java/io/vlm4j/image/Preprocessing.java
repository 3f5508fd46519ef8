package io.vlm4j.image;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a picture becomes a model's input: resize, crop, scale to [0, 1], normalise. A description as
 * data; the same object serves training, evaluation and use, and is stored with the model.
 *
 * @param size side of the square result, in pixels
 * @param mode how a picture that is not square is made so
 * @param filter the interpolation
 * @param mean of red, green and blue, in [0, 1]
 * @param std of red, green and blue
 */
public record Preprocessing(
    int size, Mode mode, Resize.Filter filter, List<Double> mean, List<Double> std) {
  /** How a rectangle becomes a square. */
  public enum Mode {
    /** Resize the shorter side, cut the middle out. */
    SHORTEST,
    /** Resize each side on its own. */
    SQUASH
  }

  /** Pixels before the crop: a picture of one column would need more memory than there is. */
  private static final long MAX_RESIZED = 1 << 26;

  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  /** Checks the numbers. */
  public Preprocessing {
    if (size < 1
        || mean.size() != 3
        || std.size() != 3
        || !mean.stream().allMatch(Double::isFinite)
        || !std.stream().allMatch(s -> s > 0 && Double.isFinite(s))) {
      throw new InputException(
          "preprocessing needs a positive size, three means and three positive deviations");
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** CLIP's: the shorter side, bicubic, centre crop, CLIP's own mean and deviation. */
  public static Preprocessing clip(int size) {
    return new Preprocessing(size, Mode.SHORTEST, Resize.Filter.BICUBIC, CLIP_MEAN, CLIP_STD);
  }

  /** SigLIP's: squashed, bicubic, to [-1, 1]. */
  public static Preprocessing sigLip(int size) {
    return new Preprocessing(size, Mode.SQUASH, Resize.Filter.BICUBIC, HALF, HALF);
  }

  /** The square picture that the model sees. */
  public Pixels square(Pixels picture) {
    if (mode == Mode.SQUASH) {
      return Resize.resize(picture, size, size, filter);
    }
    int w = picture.width();
    int h = picture.height();
    if ((long) size * Math.max(w, h) / Math.min(w, h) * size > MAX_RESIZED) {
      throw new InputException("a picture of " + w + " x " + h + " is too thin to be resized");
    }
    Pixels resized =
        w <= h
            ? Resize.resize(picture, size, (int) ((long) size * h / w), filter)
            : Resize.resize(picture, (int) ((long) size * w / h), size, filter);
    return crop(resized);
  }

  private Pixels crop(Pixels picture) {
    if (picture.width() == size && picture.height() == size) {
      return picture;
    }
    int left = (int) Math.rint((picture.width() - size) / 2.0); // half to even, as Python rounds
    int top = (int) Math.rint((picture.height() - size) / 2.0);
    var rgb = new byte[3 * size * size];
    for (int y = 0; y < size; y++) {
      System.arraycopy(
          picture.rgb(), 3 * ((top + y) * picture.width() + left), rgb, 3 * y * size, 3 * size);
    }
    return new Pixels(size, size, rgb);
  }

  /**
   * Normalises a square picture.
   *
   * @param target receives red, then green, then blue, each {@code size * size} values
   * @param offset where in {@code target}
   */
  public void normalize(Pixels square, float[] target, int offset) {
    int area = size * size;
    byte[] rgb = square.rgb();
    if (rgb.length != 3 * area) {
      throw new IllegalArgumentException(square + " is not " + size + " x " + size);
    }
    for (int c = 0; c < 3; c++) {
      float scale = (float) (1 / (255 * std.get(c)));
      float shift = (float) (-mean.get(c) / std.get(c));
      for (int i = 0, from = c, to = offset + c * area; i < area; i++, from += 3) {
        target[to + i] = (rgb[from] & 0xff) * scale + shift;
      }
    }
  }

  /** Reads {@code preprocessor_config.json} of a Hugging Face model folder. */
  public static Preprocessing readHuggingFace(Path file) {
    ObjectNode json = Json.readObject(file);
    JsonNode size = json.path("size");
    JsonNode crop = json.path("crop_size");
    boolean shortest = size.has("shortest_edge") || size.isNumber();
    int side =
        crop.has("height")
            ? crop.path("height").asInt()
            : size.path("height").asInt(size.path("shortest_edge").asInt(size.asInt(0)));
    try {
      requireSquare(json, side);
      return new Preprocessing(
          side,
          shortest ? Mode.SHORTEST : Mode.SQUASH,
          json.hasNonNull("resample")
              ? Resize.Filter.of(json.path("resample").asInt(-1))
              : Resize.Filter.BICUBIC,
          numbers(json.path("image_mean"), shortest ? CLIP_MEAN : HALF),
          numbers(json.path("image_std"), shortest ? CLIP_STD : HALF));
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  private static void requireSquare(ObjectNode json, int side) {
    for (String key : List.of("size", "crop_size")) {
      for (JsonNode length : json.path(key)) {
        if (length.asInt(-1) != side) {
          throw new InputException(
              "'" + key + "' is " + json.path(key) + ": only squares of one size are prepared");
        }
      }
    }
  }

  /** What {@code preprocessor_config.json} says of this recipe. */
  public ObjectNode toHuggingFace() {
    ObjectNode json = Json.object();
    json.put(
        "image_processor_type",
        mode == Mode.SHORTEST ? "CLIPImageProcessor" : "SiglipImageProcessor");
    json.put("do_convert_rgb", true).put("do_resize", true).put("do_rescale", true);
    json.put("do_normalize", true).put("rescale_factor", 1 / 255.0).put("resample", filter.code());
    if (mode == Mode.SHORTEST) {
      json.put("do_center_crop", true);
      json.putObject("size").put("shortest_edge", size);
      json.putObject("crop_size").put("height", size).put("width", size);
    } else {
      json.putObject("size").put("height", size).put("width", size);
    }
    json.set("image_mean", Json.object().arrayNode().addAll(nodes(mean)));
    json.set("image_std", Json.object().arrayNode().addAll(nodes(std)));
    return json;
  }

  private static List<JsonNode> nodes(List<Double> numbers) {
    ObjectNode factory = Json.object();
    return numbers.stream().<JsonNode>map(n -> factory.numberNode(n)).toList();
  }

  private static List<Double> numbers(JsonNode array, List<Double> absent) {
    return array.isArray()
        ? array.valueStream().map(number -> number.asDouble(Double.NaN)).toList()
        : absent;
  }
}
