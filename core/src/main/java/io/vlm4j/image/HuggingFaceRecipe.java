package io.vlm4j.image;

import static io.vlm4j.image.Preprocessing.CLIP_MEAN;
import static io.vlm4j.image.Preprocessing.CLIP_STD;
import static io.vlm4j.image.Preprocessing.HALF;
import static io.vlm4j.image.Preprocessing.TO_UNIT;

import io.vlm4j.image.Preprocessing.Mode;
import io.vlm4j.image.Preprocessing.Size;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code preprocessor_config.json} of the CLIP, LLaVA and SigLIP processors of transformers: what
 * is absent has the processor's default. Where a crop leaves an odd number of pixels, the middle is
 * torchvision's, as in OpenCLIP and the fast processors.
 */
final class HuggingFaceRecipe {
  /** As CLIP's, and may make pictures square first. */
  private static final String LLAVA = "LlavaImageProcessor";

  /** As CLIP's for each view of a picture; its {@code do_pad} is of batches, not of pictures. */
  private static final String LLAVA_NEXT = "LlavaNextImageProcessor";

  private static final Set<String> CLIP =
      Set.of("CLIPImageProcessor", "CLIPFeatureExtractor", LLAVA, LLAVA_NEXT);
  private static final Set<String> SIGLIP = Set.of("SiglipImageProcessor");
  private static final List<Double> ZERO = List.of(0.0, 0.0, 0.0);
  private static final List<Double> ONE = List.of(1.0, 1.0, 1.0);

  /** Steps that are not done here; absent, null or false they mean nothing. */
  private static final List<String> FOREIGN =
      List.of(
          "do_pad",
          "do_thumbnail",
          "do_flip_channel_order",
          "do_crop_margin",
          "do_align_long_axis",
          "do_image_splitting",
          "do_grayscale",
          "do_reduce_labels",
          "size_divisor",
          "crop_pct");

  private HuggingFaceRecipe() {}

  static Preprocessing read(ObjectNode json) {
    String type = type(json);
    for (String key : FOREIGN) {
      JsonNode value = json.path(key);
      boolean isKnown = key.equals("do_pad") && (type.equals(LLAVA) || type.equals(LLAVA_NEXT));
      if (!isKnown && json.hasNonNull(key) && !(value.isBoolean() && !value.asBoolean())) {
        throw new InputException("'%s' is %s: this step is not known".formatted(key, value));
      }
    }
    boolean clip = isClip(json);
    Mode mode = mode(json, clip);
    if (type.equals(LLAVA) && flag(json, "do_pad", false)) {
      if (mode != Mode.SHORTEST) {
        throw new InputException(
            "'do_pad' is true and 'size' is %s: a square is resized by its 'shortest_edge'"
                .formatted(json.path("size")));
      }
      mode = Mode.SQUARED;
    }
    Size resized = resized(json, mode);
    Size result = flag(json, "do_center_crop", clip) ? crop(json, resized, clip) : resized;
    if (!flag(json, "do_center_crop", clip) && mode == Mode.SHORTEST) {
      throw new InputException(
          "'do_center_crop' is false and 'size' is %s: pictures of one size are needed"
              .formatted(json.path("size")));
    }
    boolean normalized = flag(json, "do_normalize", true);
    return new Preprocessing(
        result,
        mode,
        mode == Mode.CROP ? result : resized,
        filter(json),
        0,
        rescale(json),
        normalized ? RecipeNumbers.triple(json, "image_mean", clip ? CLIP_MEAN : HALF) : ZERO,
        normalized ? RecipeNumbers.triple(json, "image_std", clip ? CLIP_STD : HALF) : ONE);
  }

  /** The processor's class, whether slow or fast; empty if the file does not say. */
  private static String type(ObjectNode json) {
    String type =
        json.path("image_processor_type")
            .asString(json.path("feature_extractor_type").asString("").trim());
    return type.endsWith("Fast") ? type.substring(0, type.length() - 4) : type;
  }

  private static boolean isClip(ObjectNode json) {
    String type = type(json);
    if (CLIP.contains(type) || SIGLIP.contains(type)) {
      return CLIP.contains(type);
    }
    if (!type.isEmpty()) {
      throw new InputException(
          "'image_processor_type' is '%s': known are those of CLIP, LLaVA and SigLIP"
              .formatted(type));
    }
    JsonNode size = json.path("size");
    if (size.isMissingNode()) {
      throw new InputException("neither 'image_processor_type' nor 'size'");
    }
    return size.has("shortest_edge") || size.isNumber();
  }

  private static boolean flag(ObjectNode json, String key, boolean absent) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return absent;
    }
    if (!node.isBoolean()) {
      throw new InputException("'%s' is %s: true or false is needed".formatted(key, node));
    }
    return node.asBoolean();
  }

  private static Mode mode(ObjectNode json, boolean clip) {
    if (!flag(json, "do_resize", true)) {
      return Mode.CROP;
    }
    JsonNode size = json.path("size");
    return size.has("shortest_edge") || (!size.has("height") && clip) ? Mode.SHORTEST : Mode.SQUASH;
  }

  private static Size resized(ObjectNode json, Mode mode) {
    JsonNode size = json.path("size");
    if (size.isMissingNode() || size.isNull()) {
      return Size.square(224);
    }
    if (size.has("longest_edge") || size.has("max_height") || size.has("max_width")) {
      throw new InputException("'size' is %s: a side must not depend on the other".formatted(size));
    }
    if (mode == Mode.SHORTEST || mode == Mode.SQUARED || size.has("shortest_edge")) {
      return Size.square(
          RecipeNumbers.side(size.isNumber() ? size : size.path("shortest_edge"), "size"));
    }
    return size.isNumber()
        ? Size.square(RecipeNumbers.side(size, "size"))
        : RecipeNumbers.heightAndWidth(size, "size");
  }

  private static Size crop(ObjectNode json, Size resized, boolean clip) {
    JsonNode crop = json.path("crop_size");
    if (crop.isMissingNode() || crop.isNull()) {
      return clip && json.hasNonNull("image_processor_type") ? Size.square(224) : resized;
    }
    Size size =
        crop.isNumber()
            ? Size.square(RecipeNumbers.side(crop, "crop_size"))
            : RecipeNumbers.heightAndWidth(crop, "crop_size");
    if (flag(json, "do_resize", true)
        && (size.width() > resized.width() || size.height() > resized.height())) {
      throw new InputException(
          "'crop_size' is %s, larger than 'size', %s".formatted(crop, json.path("size")));
    }
    return size;
  }

  private static Resize.Filter filter(ObjectNode json) {
    return json.hasNonNull("resample")
        ? Resize.Filter.of(json.path("resample").asInt(-1))
        : Resize.Filter.BICUBIC;
  }

  private static double rescale(ObjectNode json) {
    if (!flag(json, "do_rescale", true)) {
      return 1;
    }
    return json.hasNonNull("rescale_factor")
        ? json.path("rescale_factor").asDouble(Double.NaN)
        : TO_UNIT;
  }

  static ObjectNode write(Preprocessing recipe) {
    Mode mode = recipe.mode();
    Size resized = recipe.resized();
    if (mode == Mode.LONGEST || (mode == Mode.SHORTEST && resized.width() != resized.height())) {
      throw new InputException(
          "'preprocessor_config.json' has no words for %s, %s".formatted(mode, resized));
    }
    boolean plain = recipe.mean().equals(ZERO) && recipe.std().equals(ONE);
    ObjectNode json = Json.object();
    json.put(
        "image_processor_type",
        switch (mode) {
          case SQUASH -> "SiglipImageProcessor";
          case SQUARED -> LLAVA;
          default -> "CLIPImageProcessor";
        });
    if (mode == Mode.SQUARED) {
      json.put("do_pad", true);
    }
    json.put("do_convert_rgb", true).put("do_resize", mode != Mode.CROP);
    json.put("do_rescale", recipe.rescale() != 1).put("do_normalize", !plain);
    json.put("rescale_factor", recipe.rescale() != 1 ? recipe.rescale() : TO_UNIT);
    json.put("resample", recipe.filter().code());
    if (mode != Mode.SQUASH || !recipe.result().equals(resized)) {
      json.put("do_center_crop", true);
      put(json.putObject("crop_size"), recipe.result());
    }
    if (mode == Mode.SHORTEST || mode == Mode.SQUARED) {
      json.putObject("size").put("shortest_edge", resized.width());
    } else {
      put(json.putObject("size"), resized);
    }
    json.set("image_mean", RecipeNumbers.array(recipe.mean()));
    json.set("image_std", RecipeNumbers.array(recipe.std()));
    return json;
  }

  private static void put(ObjectNode json, Size size) {
    json.put("height", size.height()).put("width", size.width());
  }
}
