package io.vlm4j.model.contrastive;

import io.vlm4j.io.Json;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What CLIP's and SigLIP's Hugging Face layouts share: names of blocks, keys of configurations. */
public final class HuggingFaceTowers {
  private HuggingFaceTowers() {}

  static KeyMap.Builder keys() {
    var keys = KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("model.");
    vision(keys, "vision_model.");
    blocks(keys, "text.", "text_model.");
    return keys.rename("text.tokens.weight", "text_model.embeddings.token_embedding.weight")
        .rename("text.norm.*", "text_model.final_layer_norm.*");
  }

  /**
   * The names of an image tower, but for what CLIP's has and SigLIP's has not.
   *
   * @param theirs what its names begin with
   */
  public static KeyMap.Builder vision(KeyMap.Builder keys, String theirs) {
    blocks(keys, "vision.", theirs);
    return keys.rename("vision.patches.weight", theirs + "embeddings.patch_embedding.weight")
        .rename("vision.norm.*", theirs + "post_layernorm.*");
  }

  /** The names of what is CLIP's alone. */
  public static KeyMap.Builder clipVision(KeyMap.Builder keys, String theirs) {
    return keys.rename("vision.classToken", theirs + "embeddings.class_embedding")
        .rename("vision.preNorm.*", theirs + "pre_layrnorm.*"); // their spelling
  }

  private static void blocks(KeyMap.Builder keys, String tower, String theirTower) {
    String ours = tower + "blocks.*.";
    String theirs = theirTower + "encoder.layers.*.";
    keys.rename(ours + "norm1.*", theirs + "layer_norm1.*")
        .split(
            ours + "attention.qkv.*",
            theirs + "self_attn.q_proj.*",
            theirs + "self_attn.k_proj.*",
            theirs + "self_attn.v_proj.*")
        .rename(ours + "attention.out.*", theirs + "self_attn.out_proj.*")
        .rename(ours + "norm2.*", theirs + "layer_norm2.*")
        .rename(ours + "mlp.up.*", theirs + "mlp.fc1.*")
        .rename(ours + "mlp.down.*", theirs + "mlp.fc2.*")
        .rename(tower + "positions", theirTower + "embeddings.position_embedding.weight")
        .ignore(theirTower + "embeddings.position_ids"); // 0, 1, 2, ... in older checkpoints
  }

  /**
   * The part for one tower; values of the {@code _dict} that older files have beside it win.
   *
   * @param tower {@code text} or {@code vision}
   */
  public static ForeignTree part(ObjectNode json, String tower) {
    String key = tower + "_config";
    JsonNode part = json.path(key);
    if (json.path(key + "_dict") instanceof ObjectNode winning) {
      ObjectNode merged = part instanceof ObjectNode object ? object.deepCopy() : Json.object();
      merged.setAll(winning);
      part = merged;
    }
    return new ForeignTree(part, key);
  }

  /** The sizes of an image tower, with defaults for what the configuration leaves out. */
  public static TwoTowerConfig.Vision vision(
      ForeignTree vision, int patchSize, String activation, double epsilon) {
    if (vision.whole("num_channels", 3) != 3) {
      throw vision.wrong("num_channels", "pictures have 3");
    }
    return new TwoTowerConfig.Vision(
        vision.side("image_size", 224),
        vision.side("patch_size", patchSize),
        vision.whole("hidden_size", 768),
        vision.whole("num_hidden_layers", 12),
        vision.whole("num_attention_heads", 12),
        vision.whole("intermediate_size", 3072),
        vision.text("hidden_act", activation),
        vision.number("layer_norm_eps", epsilon),
        0);
  }

  /** Why a model that is one of two towers is refused: it has no common space to compare in. */
  static String oneTower(String type) {
    return "model type '"
        + type
        + "' is one tower alone: a folder with both is needed, of model type '"
        + type.substring(0, type.indexOf('_'))
        + "'";
  }

  /** The part of a configuration for an image tower. */
  public static ObjectNode write(TwoTowerConfig.Vision vision, String type) {
    return Json.object()
        .put("model_type", type + "_vision_model")
        .put("image_size", vision.imageSize())
        .put("patch_size", vision.patchSize())
        .put("hidden_size", vision.width())
        .put("num_hidden_layers", vision.layers())
        .put("num_attention_heads", vision.heads())
        .put("intermediate_size", vision.mlpWidth())
        .put("hidden_act", vision.activation())
        .put("layer_norm_eps", vision.epsilon());
  }

  static ObjectNode write(TwoTowerConfig config, String type, String architecture) {
    var vision = config.vision();
    var text = config.text();
    ObjectNode json = Json.object().put("model_type", type);
    json.putArray("architectures").add(architecture);
    json.put("torch_dtype", "float32");
    json.set("vision_config", write(vision, type));
    json.putObject("text_config")
        .put("model_type", type + "_text_model")
        .put("max_position_embeddings", text.contextLength())
        .put("vocab_size", text.vocabularySize())
        .put("hidden_size", text.width())
        .put("num_hidden_layers", text.layers())
        .put("num_attention_heads", text.heads())
        .put("intermediate_size", text.mlpWidth())
        .put("hidden_act", text.activation())
        .put("layer_norm_eps", text.epsilon());
    return json;
  }
}
