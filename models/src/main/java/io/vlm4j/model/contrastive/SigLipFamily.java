package io.vlm4j.model.contrastive;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Family;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How {@link SigLip} is configured, named by others and fed. */
public final class SigLipFamily implements Family<TwoTowerConfig> {
  @Override
  public String name() {
    return "siglip";
  }

  @Override
  public Class<TwoTowerConfig> configType() {
    return TwoTowerConfig.class;
  }

  @Override
  public Model create(TwoTowerConfig config) {
    if (config.vision().width() != config.embedWidth()) {
      throw new InputException(
          "SigLIP's image tower ends in the common space: its width must be the embedWidth "
              + config.embedWidth());
    }
    return new SigLip(config);
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
    return Preprocessing.sigLip(config.vision().imageSize());
  }

  @Override
  public int contextLength(TwoTowerConfig config) {
    return config.text().contextLength();
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE && json.path("model_type").asString("").equals("siglip");
  }

  @Override
  public TwoTowerConfig readConfig(Layout layout, ObjectNode json) {
    JsonNode vision = json.path("vision_config");
    JsonNode text = json.path("text_config");
    int width = vision.path("hidden_size").asInt(768);
    return new TwoTowerConfig(
        text.path("projection_size").asInt(width),
        new TwoTowerConfig.Vision(
            vision.path("image_size").asInt(224),
            vision.path("patch_size").asInt(16),
            width,
            vision.path("num_hidden_layers").asInt(12),
            vision.path("num_attention_heads").asInt(12),
            vision.path("intermediate_size").asInt(3072),
            vision.path("hidden_act").asString("gelu_pytorch_tanh"),
            vision.path("layer_norm_eps").asDouble(1e-6),
            0),
        new TwoTowerConfig.Text(
            text.path("max_position_embeddings").asInt(64),
            text.path("vocab_size").asInt(32000),
            -1,
            text.path("hidden_size").asInt(768),
            text.path("num_hidden_layers").asInt(12),
            text.path("num_attention_heads").asInt(12),
            text.path("intermediate_size").asInt(3072),
            text.path("hidden_act").asString("gelu_pytorch_tanh"),
            text.path("layer_norm_eps").asDouble(1e-6)),
        Math.log(10),
        -10,
        Double.MAX_VALUE); // trained checkpoints lie above CLIP's bound
  }

  @Override
  public ObjectNode writeConfig(TwoTowerConfig config) {
    ObjectNode json = HuggingFaceTowers.write(config, "siglip", "SiglipModel");
    ((ObjectNode) json.path("text_config")).put("projection_size", config.embedWidth());
    return json;
  }

  @Override
  public KeyMap keys(Layout layout) {
    if (layout != Layout.HUGGING_FACE) {
      throw new InputException("SigLIP is read and written in the Hugging Face layout only");
    }
    return HuggingFaceTowers.keys()
        .rename("vision.patches.bias", "vision_model.embeddings.patch_embedding.bias")
        .rename("vision.pooler.probe", "vision_model.head.probe")
        .rename("vision.pooler.attention.qkv.*", "vision_model.head.attention.in_proj_*")
        .rename("vision.pooler.attention.out.*", "vision_model.head.attention.out_proj.*")
        .rename("vision.pooler.norm.*", "vision_model.head.layernorm.*")
        .rename("vision.pooler.mlp.up.*", "vision_model.head.mlp.fc1.*")
        .rename("vision.pooler.mlp.down.*", "vision_model.head.mlp.fc2.*")
        .rename("text.head.*", "text_model.head.*")
        .oneElement("logitScale", "logit_scale")
        .oneElement("logitBias", "logit_bias")
        .build();
  }
}
