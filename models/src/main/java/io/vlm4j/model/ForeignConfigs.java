package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration files of a model, each as its layout's programs wrote it, so that a model that
 * goes from one layout to another and back has the file it began with.
 *
 * <p>What the target's file cannot say travels under the key {@value #KEY}, which both layouts'
 * programs pass over: the files of the other layouts, and our own configuration where the file read
 * back would give another. The latter counts only as long as nobody has edited what it stands
 * beside.
 */
final class ForeignConfigs {
  private static final String KEY = "vlm4j";
  private static final String OWN = "config";
  private static final String OWN_FOR = "config_for";

  private final Map<Layout, ObjectNode> files = new EnumMap<>(Layout.class);

  /** Of a model that has no files yet. */
  ForeignConfigs() {}

  /** Of a model folder. */
  ForeignConfigs(Layout layout, ObjectNode json) {
    for (Layout other : Layout.values()) {
      if (json.path(KEY).path(other.configFile()) instanceof ObjectNode file) {
        files.put(other, file);
      }
    }
    ObjectNode own = json.deepCopy();
    own.remove(KEY);
    files.put(layout, own);
  }

  /** The model that a configuration file describes. */
  static ModelSpec<?> read(Layout layout, ObjectNode json) {
    JsonNode carried = json.path(KEY);
    if (carried.has(OWN) && carried.path(OWN_FOR).asString("").equals(fingerprint(json))) {
      return ModelSpec.parse(carried.path(OWN), layout.configFile());
    }
    return ModelSpec.read(layout, json);
  }

  /** The configuration file of a layout for a model whose number format does not matter yet. */
  ObjectNode write(Layout layout, ModelSpec<?> spec, @Nullable Preprocessing preprocessing) {
    return write(layout, spec, preprocessing, null, ScalarType.Float);
  }

  /**
   * The configuration file of a layout.
   *
   * @param preprocessing how its pictures become pixels; null if it reads none
   * @param asked the number format asked for; null if the weights stay as they are
   * @param held the number format of the weights as they are
   */
  ObjectNode write(
      Layout layout,
      ModelSpec<?> spec,
      @Nullable Preprocessing preprocessing,
      @Nullable ScalarType asked,
      ScalarType held) {
    ObjectNode before = files.get(layout);
    boolean isUnchanged = before != null && says(layout, before, spec);
    ObjectNode json = before == null ? Json.object() : before.deepCopy();
    if (!isUnchanged) {
      merge(json, spec.writeConfig(layout));
    }
    switch (layout) {
      case HUGGING_FACE -> {
        String key = json.has("dtype") ? "dtype" : "torch_dtype";
        if (json.has(key) || asked != null || !isUnchanged) {
          json.put(key, name(asked == null ? held : asked));
        }
      }
      case OPEN_CLIP -> {
        if (preprocessing != null
            && (!json.has(RecipeFiles.OPEN_CLIP_KEY)
                || !Preprocessing.ofOpenClip(json).equals(preprocessing))) {
          json.set(RecipeFiles.OPEN_CLIP_KEY, preprocessing.toOpenClip());
        }
      }
    }
    if (!isUnchanged) {
      carry(layout, json, spec);
    }
    return json;
  }

  private void carry(Layout layout, ObjectNode json, ModelSpec<?> spec) {
    ObjectNode carried = Json.object();
    if (!says(layout, json, spec)) {
      carried.put(OWN_FOR, fingerprint(json));
      carried.set(OWN, spec.toTree());
    }
    files.forEach((other, file) -> {
      if (other != layout) {
        carried.set(other.configFile(), file);
      }
    });
    if (!carried.isEmpty()) {
      json.set(KEY, carried);
    }
  }

  private static boolean says(Layout layout, ObjectNode json, ModelSpec<?> spec) {
    try {
      return ModelSpec.read(layout, json).isSameAs(spec);
    } catch (InputException _) {
      return false; // sizes for which the layout has no name
    }
  }

  /** Changes with every value that describes the model. */
  private static String fingerprint(ObjectNode json) {
    ObjectNode model = json.deepCopy();
    model.remove(List.of(KEY, RecipeFiles.OPEN_CLIP_KEY, "torch_dtype", "dtype"));
    return Integer.toHexString(Json.toLine(model).hashCode());
  }

  private static void merge(ObjectNode target, ObjectNode values) {
    for (var entry : values.properties()) {
      if (target.path(entry.getKey()) instanceof ObjectNode inner
          && entry.getValue() instanceof ObjectNode innerValues) {
        merge(inner, innerValues);
      } else {
        target.set(entry.getKey(), entry.getValue());
      }
    }
  }

  private static String name(ScalarType type) {
    return switch (type.intern()) {
      case BFloat16 -> "bfloat16";
      case Half -> "float16";
      default -> "float32";
    };
  }
}
