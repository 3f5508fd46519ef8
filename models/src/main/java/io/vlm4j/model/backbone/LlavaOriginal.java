package io.vlm4j.model.backbone;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.OutsidePart;
import io.vlm4j.model.backbone.LlavaConfig.Projector;
import io.vlm4j.model.contrastive.HuggingFaceTowers;
import io.vlm4j.model.contrastive.TwoTowerConfig;
import io.vlm4j.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checkpoints of LLaVA's own repository: a language model's {@code config.json} with more keys,
 * most of them beginning with {@code mm_}. The image tower is named, not held, unless it was
 * trained too. There is no token for pictures; that repository's code puts {@value #PICTURE} in
 * their places, which is no id of the vocabulary, and so does this one.
 */
final class LlavaOriginal {
  private static final int PICTURE = -200;

  /** Under which the configuration has that of the tower, once it is found. */
  private static final String VISION_CONFIG = "vision_config";

  private static final String TOWER = "model.vision_tower.vision_tower.";
  private static final String OWN_TOWER = "vision_model.";
  private static final Pattern MLP = Pattern.compile("mlp([1-9])x_gelu");

  private static final Map<String, String> LANGUAGES =
      Map.of("llava", "llama", "llava_llama", "llama", "llava_mistral", "mistral");

  /** Towers of all released checkpoints, and the same as our configurations. */
  private static final Map<String, String> TOWERS =
      Map.of(
          "openai/clip-vit-large-patch14", "ViT-L-14-quickgelu",
          "openai/clip-vit-large-patch14-336", "ViT-L-14-336-quickgelu");

  private LlavaOriginal() {}

  /** Whether LLaVA's own code wrote a configuration. */
  static boolean wrote(ObjectNode json) {
    return !json.has("text_config")
        && json.path("model_type").asString("").startsWith("llava")
        && (json.has("mm_vision_tower") || json.has("mm_projector_type"));
  }

  /** Whether it is one that is read here. */
  static boolean isKnown(ObjectNode json) {
    return wrote(json) && LANGUAGES.containsKey(json.path("model_type").asString(""));
  }

  static String refusal(ObjectNode json) {
    return "the language model of a '%s' is not known: %s are"
        .formatted(
            json.path("model_type").asString(""), LANGUAGES.keySet().stream().sorted().toList());
  }

  /** The image tower. */
  static OutsidePart tower(ObjectNode json) {
    String name = ForeignTree.of(json).text("mm_vision_tower", "");
    if (name.isBlank()) {
      throw new InputException("'mm_vision_tower' must name the image tower, a folder or ORG/NAME");
    }
    return new OutsidePart(
        "image tower",
        name,
        VISION_CONFIG,
        LlavaOriginal::vision,
        TOWER + OWN_TOWER,
        OWN_TOWER,
        known(name));
  }

  private static @Nullable ObjectNode known(String name) {
    String config = TOWERS.get(name);
    return config != null && ModelSpec.of(config).config() instanceof TwoTowerConfig clip
        ? HuggingFaceTowers.write(clip.vision(), "clip")
        : null;
  }

  /** What the folder of a CLIP, or of its image tower alone, says of the tower. */
  private static ObjectNode vision(ObjectNode json) {
    JsonNode part =
        json.path("model_type").asString("").equals("clip_vision_model")
            ? json
            : HuggingFaceTowers.part(json, "vision").node();
    boolean isClip =
        part.path("model_type").asString("clip_vision_model").equals("clip_vision_model");
    if (!isClip || !(part instanceof ObjectNode object)) {
      throw new InputException(
          "a model of the type '%s' is no image tower of a CLIP"
              .formatted(json.path("model_type").asString("")));
    }
    return object;
  }

  static LlavaConfig readConfig(ObjectNode json) {
    ForeignTree tree = ForeignTree.of(json);
    tree.requireFlag("use_mm_proj", true);
    tree.requireNone("s2", "mm_resampler_type");
    TwoTowerConfig.Vision vision =
        HuggingFaceTowers.vision(tree.at(VISION_CONFIG), 32, Activation.QUICK_GELU.id(), 1e-5);
    if (tree.whole("mm_hidden_size", vision.width()) != vision.width()) {
      throw tree.wrong(
          "mm_hidden_size", "the image tower gives vectors of %d".formatted(vision.width()));
    }
    String feature = tree.text("mm_vision_select_feature", "patch");
    if (!feature.equals("patch") && !feature.equals("cls_patch")) {
      throw tree.wrong("mm_vision_select_feature", "use patch or cls_patch");
    }
    int layer = tree.whole("mm_vision_select_layer", -2);
    int featureLayer = layer < 0 ? vision.layers() + 1 + layer : layer;
    if (featureLayer < 1 || featureLayer > vision.layers()) {
      throw tree.wrong(
          "mm_vision_select_layer", "the image tower has %d layers".formatted(vision.layers()));
    }
    ObjectNode language = json.deepCopy();
    language.put("model_type", LANGUAGES.get(tree.text("model_type", "llava")));
    return new LlavaConfig(
        vision,
        featureLayer,
        feature.equals("cls_patch"),
        new Projector(projector(tree), "gelu", true),
        HuggingFaceLlama.read(language, ""),
        PICTURE,
        anyRes(tree));
  }

  private static String projector(ForeignTree tree) {
    String type = tree.text("mm_projector_type", "linear");
    Matcher mlp = MLP.matcher(type);
    if (mlp.matches()) {
      return switch (mlp.group(1)) {
        case "1" -> "linear";
        case "2" -> "mlp";
        default -> "mlp" + mlp.group(1);
      };
    }
    if (!type.equals("linear") && !type.equals("identity")) {
      throw tree.wrong("mm_projector_type", "use linear, identity or mlp1x_gelu to mlp9x_gelu");
    }
    return type;
  }

  private static @Nullable AnyRes anyRes(ForeignTree tree) {
    String shape = tree.text("image_aspect_ratio", "square");
    return switch (shape) {
      case "square", "pad" -> null;
      case "anyres" -> {
        tree.requireText("mm_patch_merge_type", "flat", "spatial_unpad");
        yield new AnyRes(canvases(tree));
      }
      default -> throw tree.wrong("image_aspect_ratio", "use square, pad or anyres");
    };
  }

  /** Width and height of each, unlike in the hub's layout; a list, or a list in a string. */
  private static List<AnyRes.Canvas> canvases(ForeignTree tree) {
    String key = "image_grid_pinpoints";
    JsonNode points = tree.node().path(key);
    if (points.isString()) {
      try {
        points = Json.parse(points.asString().replace('(', '[').replace(')', ']'));
      } catch (InputException _) {
        throw tree.wrong(key, "a list of [width, height] is needed");
      }
    }
    var canvases = new ArrayList<AnyRes.Canvas>();
    for (JsonNode point : points) {
      if (point.size() != 2 || !point.path(0).isInt() || !point.path(1).isInt()) {
        throw tree.wrong(key, "a list of [width, height] is needed");
      }
      canvases.add(new AnyRes.Canvas(point.path(1).asInt(), point.path(0).asInt()));
    }
    if (canvases.isEmpty()) {
      throw tree.wrong(key, "a list of [width, height] is needed");
    }
    return canvases;
  }

  /** As its code squares pictures: with the mean's colour around them, or by cutting. */
  static Preprocessing preprocessing(ObjectNode json, Preprocessing stored) {
    boolean pads = json.path("image_aspect_ratio").asString("").equals("pad");
    return pads && stored.mode() == Preprocessing.Mode.SHORTEST
        ? stored.withMode(Preprocessing.Mode.SQUARED)
        : stored;
  }

  static KeyMap keys(ObjectNode json) {
    String vision = TOWER + OWN_TOWER;
    var keys = KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("module.");
    HuggingFaceTowers.clipVision(HuggingFaceTowers.vision(keys, vision), vision);
    HuggingFaceLlama.keys(keys, "language.", "model.", "");
    keys.ignore("model.image_newline"); // read where there are canvases, and of no use elsewhere
    String projector = "model.mm_projector.";
    if (MLP.matcher(json.path("mm_projector_type").asString("")).matches()) {
      keys.rename("projector.first.*", projector + "0.*")
          .rename("projector.second.*", projector + "2.*");
      for (int layer = 3; layer <= 9; layer++) {
        keys.rename("projector.layer" + layer + ".*", projector + 2 * (layer - 1) + ".*");
      }
    } else {
      keys.rename("projector.first.*", projector + "*");
    }
    return keys.rename("newline", "model.image_newline").build();
  }
}
