package io.vlm4j.model.contrastive;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.model.Family;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.nn.Activation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Clip} is configured, named by others and fed. */
public final class ClipFamily implements Family<TwoTowerConfig> {
  @Override
  public String name() {
    return "clip";
  }

  @Override
  public Class<TwoTowerConfig> configType() {
    return TwoTowerConfig.class;
  }

  @Override
  public Model create(TwoTowerConfig config) {
    return new Clip(config);
  }

  @Override
  public TwoTowerConfig withVocabulary(TwoTowerConfig config, int vocabularySize) {
    return config.withVocabulary(vocabularySize);
  }

  @Override
  public int vocabularySize(TwoTowerConfig config) {
    return config.text().vocabularySize();
  }

  @Override
  public Preprocessing preprocessing(TwoTowerConfig config) {
    return Preprocessing.clip(config.vision().imageSize());
  }

  @Override
  public int contextLength(TwoTowerConfig config) {
    return config.text().contextLength();
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return switch (layout) {
      case HUGGING_FACE -> json.path("model_type").asString("").equals("clip");
      case OPEN_CLIP -> json.path("model_cfg").path("vision_cfg").has("patch_size");
    };
  }

  @Override
  public TwoTowerConfig readConfig(Layout layout, ObjectNode json) {
    return switch (layout) {
      case HUGGING_FACE -> readHuggingFace(json);
      case OPEN_CLIP -> readOpenClip(json.path("model_cfg"));
    };
  }

  private static TwoTowerConfig readHuggingFace(ObjectNode json) {
    JsonNode vision = json.path("vision_config");
    JsonNode text = json.path("text_config");
    int endId = text.path("eos_token_id").asInt(49407);
    return new TwoTowerConfig(
        json.path("projection_dim").asInt(512),
        new TwoTowerConfig.Vision(
            vision.path("image_size").asInt(224),
            vision.path("patch_size").asInt(32),
            vision.path("hidden_size").asInt(768),
            vision.path("num_hidden_layers").asInt(12),
            vision.path("num_attention_heads").asInt(12),
            vision.path("intermediate_size").asInt(3072),
            vision.path("hidden_act").asString("quick_gelu"),
            vision.path("layer_norm_eps").asDouble(1e-5),
            0),
        new TwoTowerConfig.Text(
            text.path("max_position_embeddings").asInt(77),
            text.path("vocab_size").asInt(49408),
            endId == 2 ? -1 : endId, // 2 stands in old configurations; their code takes the highest
            text.path("hidden_size").asInt(512),
            text.path("num_hidden_layers").asInt(12),
            text.path("num_attention_heads").asInt(8),
            text.path("intermediate_size").asInt(2048),
            text.path("hidden_act").asString("quick_gelu"),
            text.path("layer_norm_eps").asDouble(1e-5)),
        json.path("logit_scale_init_value").asDouble(2.6592),
        0,
        TwoTowerConfig.CLIP_MAX_LOGIT_SCALE);
  }

  private static TwoTowerConfig readOpenClip(JsonNode json) {
    JsonNode vision = json.path("vision_cfg");
    JsonNode text = json.path("text_cfg");
    String activation =
        (json.path("quick_gelu").asBoolean(false) ? Activation.QUICK_GELU : Activation.GELU).id();
    int visionWidth = vision.path("width").asInt(768);
    int textWidth = text.path("width").asInt(512);
    return new TwoTowerConfig(
        json.path("embed_dim").asInt(),
        new TwoTowerConfig.Vision(
            vision.path("image_size").asInt(224),
            vision.path("patch_size").asInt(16),
            visionWidth,
            vision.path("layers").asInt(12),
            visionWidth / vision.path("head_width").asInt(64),
            (int) (visionWidth * vision.path("mlp_ratio").asDouble(4)),
            activation,
            1e-5,
            vision.path("patch_dropout").asDouble(0)),
        new TwoTowerConfig.Text(
            text.path("context_length").asInt(77),
            text.path("vocab_size").asInt(49408),
            -1,
            textWidth,
            text.path("layers").asInt(12),
            text.path("heads").asInt(8),
            (int) (textWidth * text.path("mlp_ratio").asDouble(4)),
            activation,
            1e-5),
        TwoTowerConfig.CLIP_LOGIT_SCALE,
        0,
        TwoTowerConfig.CLIP_MAX_LOGIT_SCALE);
  }

  @Override
  public ObjectNode writeConfig(TwoTowerConfig config) {
    ObjectNode json = HuggingFaceTowers.write(config, "clip", "CLIPModel");
    json.put("projection_dim", config.embedWidth());
    json.put("logit_scale_init_value", config.logitScale());
    var text = config.text();
    int endId = text.endId() < 0 ? text.vocabularySize() - 1 : text.endId();
    ((ObjectNode) json.path("text_config"))
        .put("projection_dim", config.embedWidth())
        .put("bos_token_id", endId - 1)
        .put("eos_token_id", endId)
        .put("pad_token_id", endId);
    ((ObjectNode) json.path("vision_config")).put("projection_dim", config.embedWidth());
    return json;
  }

  @Override
  public KeyMap keys(Layout layout) {
    return switch (layout) {
      case HUGGING_FACE ->
          HuggingFaceTowers.keys()
              .rename("vision.classToken", "vision_model.embeddings.class_embedding")
              .rename("vision.preNorm.*", "vision_model.pre_layrnorm.*") // their spelling
              .rename("vision.projection.weight", "visual_projection.weight")
              .rename("text.projection.weight", "text_projection.weight")
              .rename("logitScale", "logit_scale")
              .build();
      case OPEN_CLIP -> openClipKeys();
    };
  }

  private static KeyMap openClipKeys() {
    var keys = KeyMap.builder();
    for (var tower : new String[][] {{"vision", "visual."}, {"text", ""}}) {
      String ours = tower[0] + ".blocks.*.";
      String theirs = tower[1] + "transformer.resblocks.*.";
      keys.rename(ours + "norm1.*", theirs + "ln_1.*")
          .rename(ours + "attention.qkv.*", theirs + "attn.in_proj_*")
          .rename(ours + "attention.out.*", theirs + "attn.out_proj.*")
          .rename(ours + "norm2.*", theirs + "ln_2.*")
          .rename(ours + "mlp.up.*", theirs + "mlp.c_fc.*")
          .rename(ours + "mlp.down.*", theirs + "mlp.c_proj.*");
    }
    return keys.rename("vision.patches.weight", "visual.conv1.weight")
        .rename("vision.classToken", "visual.class_embedding")
        .rename("vision.positions", "visual.positional_embedding")
        .rename("vision.preNorm.*", "visual.ln_pre.*")
        .rename("vision.norm.*", "visual.ln_post.*")
        .transpose("vision.projection.weight", "visual.proj")
        .rename("text.tokens.weight", "token_embedding.weight")
        .rename("text.positions", "positional_embedding")
        .rename("text.norm.*", "ln_final.*")
        .transpose("text.projection.weight", "text_projection")
        .rename("logitScale", "logit_scale")
        .build();
  }
}
