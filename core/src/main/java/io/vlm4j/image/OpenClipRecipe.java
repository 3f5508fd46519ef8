package io.vlm4j.image;

import io.vlm4j.image.Preprocessing.Mode;
import io.vlm4j.image.Preprocessing.Size;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code preprocess_cfg} of OpenCLIP; sizes are one number or height and width. */
final class OpenClipRecipe {
  private OpenClipRecipe() {}

  static Preprocessing read(ObjectNode json) {
    ObjectNode recipe = json.path("preprocess_cfg") instanceof ObjectNode o ? o : Json.object();
    JsonNode size =
        recipe.hasNonNull("size")
            ? recipe.path("size")
            : json.path("model_cfg").path("vision_cfg").path("image_size");
    Size result = size(size);
    if (!recipe.path("mode").asString("RGB").equals("RGB")) {
      throw new InputException("'mode' is %s: only RGB is known".formatted(recipe.path("mode")));
    }
    JsonNode fill = recipe.path("fill_color");
    if (!fill.isMissingNode() && !fill.isNull() && !fill.isIntegralNumber()) {
      throw new InputException(
          "'fill_color' is %s: a number of 0 to 255 is needed".formatted(fill));
    }
    Mode mode = mode(recipe.path("resize_mode").asString("shortest"));
    Resize.Filter filter = filter(recipe.path("interpolation").asString("bicubic"));
    if (mode == Mode.SHORTEST && !result.isSquare()) {
      filter = Resize.Filter.BICUBIC; // OpenCLIP forgets the interpolation there
    }
    return new Preprocessing(
        result,
        mode,
        result,
        filter,
        fill.asInt(0),
        Preprocessing.TO_UNIT,
        RecipeNumbers.triple(recipe, "mean", Preprocessing.CLIP_MEAN),
        RecipeNumbers.triple(recipe, "std", Preprocessing.CLIP_STD));
  }

  private static Size size(JsonNode size) {
    if (size.isArray() && size.size() == 2) {
      return new Size(
          RecipeNumbers.side(size.path(1), "size"), RecipeNumbers.side(size.path(0), "size"));
    }
    return Size.square(RecipeNumbers.side(size, "size"));
  }

  private static Mode mode(String name) {
    return switch (name) {
      case "shortest" -> Mode.SHORTEST;
      case "longest" -> Mode.LONGEST;
      case "squash" -> Mode.SQUASH;
      default ->
          throw new InputException(
              "'resize_mode' is '%s': use shortest, longest or squash".formatted(name));
    };
  }

  private static Resize.Filter filter(String name) {
    return switch (name) {
      case "bilinear" -> Resize.Filter.BILINEAR;
      case "bicubic", "random" -> Resize.Filter.BICUBIC; // random is for training only
      default ->
          throw new InputException(
              "'interpolation' is '%s': use bicubic or bilinear".formatted(name));
    };
  }

  static ObjectNode write(Preprocessing recipe) {
    String filter = recipe.filter().name().toLowerCase(Locale.ROOT);
    if (!(filter.equals("bicubic") || filter.equals("bilinear"))
        || recipe.mode() == Mode.CROP
        || recipe.mode() == Mode.SQUARED
        || !recipe.resized().equals(recipe.result())
        || recipe.rescale() != Preprocessing.TO_UNIT) {
      throw new InputException("OpenCLIP's 'preprocess_cfg' has no words for " + recipe);
    }
    Size size = recipe.result();
    ObjectNode json = Json.object();
    if (size.isSquare()) {
      json.put("size", size.width());
    } else {
      json.set("size", RecipeNumbers.array(List.of(size.height(), size.width())));
    }
    json.put("mode", "RGB");
    json.set("mean", RecipeNumbers.array(recipe.mean()));
    json.set("std", RecipeNumbers.array(recipe.std()));
    json.put("interpolation", filter);
    json.put("resize_mode", recipe.mode().name().toLowerCase(Locale.ROOT));
    return json.put("fill_color", recipe.fill());
  }
}
