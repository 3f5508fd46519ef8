package io.vlm4j.model.masked;

import io.vlm4j.io.Json;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.contrastive.TwoTowerConfig;
import io.vlm4j.model.masked.FlavaConfig.Image;
import io.vlm4j.model.masked.FlavaConfig.Masking;
import io.vlm4j.model.masked.FlavaConfig.Mixture;
import io.vlm4j.model.masked.FlavaConfig.Multimodal;
import io.vlm4j.model.masked.FlavaConfig.Text;
import io.vlm4j.model.masked.FlavaConfig.Weights;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link Flava} as transformers has it: its {@code FlavaForPreTraining} and {@code FlavaModel}. */
final class HuggingFaceFlava {
  /** Of the mask in BERT's vocabulary, which no configuration says. */
  private static final int BERT_MASK = 103;

  private static final int DEPTH = 12; // of names within an image tokenizer

  private HuggingFaceFlava() {}

  static FlavaConfig readConfig(ObjectNode json) {
    ForeignTree whole = ForeignTree.of(json);
    ForeignTree image = whole.at("image_config");
    ForeignTree text = whole.at("text_config");
    ForeignTree both = whole.at("multimodal_config");
    int width = image.whole("hidden_size", 768);
    String activation = image.text("hidden_act", "gelu");
    double epsilon = image.number("layer_norm_eps", 1e-12);
    for (ForeignTree encoder : new ForeignTree[] {image, text, both}) {
      encoder.requireFlag("qkv_bias", true);
      if (encoder.whole("hidden_size", 768) != width) {
        throw encoder.wrong("hidden_size", "it must be that of 'image_config'");
      }
      encoder.requireText("hidden_act", "gelu", activation);
      if (encoder.number("layer_norm_eps", 1e-12) != epsilon) {
        throw encoder.wrong("layer_norm_eps", "it must be that of 'image_config'");
      }
    }
    image.requireFlag("mask_token", true);
    both.requireFlag("use_cls_token", true);
    text.requireText("position_embedding_type", "absolute", "absolute");
    if (image.whole("num_channels", 3) != 3) {
      throw image.wrong("num_channels", "pictures have 3");
    }
    if (text.whole("type_vocab_size", 2) != 2) {
      throw text.wrong("type_vocab_size", "only 2 is supported");
    }
    var pictures =
        new Image(
            image.side("image_size", 224),
            image.side("patch_size", 16),
            image.whole("num_hidden_layers", 12),
            image.whole("num_attention_heads", 12),
            image.whole("intermediate_size", 3072),
            image.whole("vocab_size", 8192));
    return new FlavaConfig(
        width,
        whole.whole("projection_dim", 768),
        pictures,
        readText(text),
        new Multimodal(
            both.whole("num_hidden_layers", 6),
            both.whole("num_attention_heads", 12),
            both.whole("intermediate_size", 3072),
            false),
        activation,
        epsilon,
        epsilon,
        !isModelAlone(json),
        Masking.paper(pictures.side()),
        new Weights(
            whole.number("mim_weight", 1),
            whole.number("mlm_weight", 1),
            whole.number("mmm_image_weight", 1),
            whole.number("mmm_text_weight", 1),
            whole.number("itm_weight", 1),
            whole.number("global_contrastive_weight", 1)),
        Mixture.EVEN,
        whole.number("logit_scale_init_value", 2.6592),
        TwoTowerConfig.CLIP_MAX_LOGIT_SCALE,
        null);
  }

  private static Text readText(ForeignTree text) {
    int ids = text.whole("vocab_size", 30522);
    int maskId = text.whole("mask_token_id", BERT_MASK);
    if (maskId >= ids) {
      throw text.has("mask_token_id")
          ? text.wrong("mask_token_id", "the vocabulary has " + ids)
          : text.wrong("vocab_size", "BERT's mask, " + BERT_MASK + ", is no id of it");
    }
    return new Text(
        text.whole("max_position_embeddings", 512),
        maskId == ids - 1 ? maskId : ids, // the tokenizer knows of no mask
        maskId,
        text.whole("pad_token_id", 0),
        text.whole("num_hidden_layers", 12),
        text.whole("num_attention_heads", 12),
        text.whole("intermediate_size", 3072));
  }

  private static boolean isModelAlone(ObjectNode json) {
    for (JsonNode architecture : json.path("architectures")) {
      if (architecture.asString("").equals("FlavaModel")) {
        return true;
      }
    }
    return false;
  }

  static ObjectNode writeConfig(FlavaConfig config) {
    ObjectNode json = Json.object().put("model_type", "flava");
    json.putArray("architectures").add(config.heads() ? "FlavaForPreTraining" : "FlavaModel");
    var weights = config.weights();
    json.put("torch_dtype", "float32")
        .put("hidden_size", config.width())
        .put("layer_norm_eps", config.epsilon())
        .put("projection_dim", config.embedWidth())
        .put("logit_scale_init_value", config.logitScale())
        .put("init_codebook", false)
        .put("mim_weight", weights.mim())
        .put("mlm_weight", weights.mlm())
        .put("mmm_image_weight", weights.mmmImage())
        .put("mmm_text_weight", weights.mmmText())
        .put("itm_weight", weights.itm())
        .put("global_contrastive_weight", weights.contrastive());
    var image = config.image();
    encoder(json, "image", config, image)
        .put("image_size", image.imageSize())
        .put("patch_size", image.patchSize())
        .put("vocab_size", image.codes());
    var text = config.text();
    encoder(json, "text", config, text)
        .put("max_position_embeddings", text.contextLength())
        .put("vocab_size", text.ids())
        .put("mask_token_id", text.maskId())
        .put("pad_token_id", text.padId());
    encoder(json, "multimodal", config, config.multimodal());
    return json;
  }

  private static ObjectNode encoder(
      ObjectNode json, String name, FlavaConfig config, FlavaConfig.Encoder sizes) {
    return json.putObject(name + "_config")
        .put("model_type", "flava_" + name + "_model")
        .put("hidden_size", config.width())
        .put("num_hidden_layers", sizes.layers())
        .put("num_attention_heads", sizes.heads())
        .put("intermediate_size", sizes.mlpWidth())
        .put("hidden_act", config.activation())
        .put("layer_norm_eps", config.epsilon());
  }

  static KeyMap keys() {
    var keys = KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("flava.");
    encoder(keys, "image", "flava.image_model.");
    encoder(keys, "text", "flava.text_model.");
    encoder(keys, "multimodal", "flava.multimodal_model.");
    embeddings(keys, "flava.image_model.embeddings.", "flava.text_model.embeddings.", "LayerNorm");
    keys.rename("multimodal.fromImage.*", "flava.image_to_mm_projection.*")
        .rename("multimodal.fromText.*", "flava.text_to_mm_projection.*")
        .leadingOne("multimodal.classToken", "flava.multimodal_model.cls_token")
        .rename("imageProjection.*", "flava.image_projection.*")
        .rename("textProjection.*", "flava.text_projection.*")
        .scalar("logitScale", "flava.logit_scale");
    head(keys, "heads.mim.", "mim_head.");
    head(keys, "heads.mlm.", "mlm_head.");
    head(keys, "heads.mmmImage.", "mmm_image_head.");
    head(keys, "heads.mmmText.", "mmm_text_head.");
    keys.rename("heads.matchPooler.*", "itm_head.pooler.dense.*")
        .rename("heads.match.*", "itm_head.seq_relationship.*");
    imageTokenizer(keys);
    return keys.build();
  }

  private static void encoder(KeyMap.Builder keys, String ours, String theirs) {
    String block = ours + ".blocks.*.";
    String layer = theirs + "encoder.layer.*.";
    String attention = layer + "attention.attention.";
    keys.rename(block + "norm1.*", layer + "layernorm_before.*")
        .split(
            block + "attention.qkv.*",
            attention + "query.*",
            attention + "key.*",
            attention + "value.*")
        .rename(block + "attention.out.*", layer + "attention.output.dense.*")
        .rename(block + "norm2.*", layer + "layernorm_after.*")
        .rename(block + "mlp.up.*", layer + "intermediate.dense.*")
        .rename(block + "mlp.down.*", layer + "output.dense.*")
        .rename(ours + ".norm.*", theirs + "layernorm.*")
        .rename(ours + ".pooler.*", theirs + "pooler.dense.*");
  }

  /** What both layouts call alike below the two names. */
  static void embeddings(KeyMap.Builder keys, String image, String text, String norm) {
    keys.leadingOne("image.classToken", image + "cls_token")
        .leadingOne("image.maskToken", image + "mask_token")
        .leadingOne("image.positions", image + "position_embeddings")
        .rename("image.patches.*", image + "patch_embeddings.projection.*")
        .rename("text.tokens.weight", text + "word_embeddings.weight")
        .rename("text.positions", text + "position_embeddings.weight")
        .rename("text.types", text + "token_type_embeddings.weight")
        .rename("text.embedNorm.*", text + norm + ".*")
        .ignore(text + "position_ids"); // 0, 1, 2, ... in older checkpoints
  }

  private static void head(KeyMap.Builder keys, String ours, String theirs) {
    keys.rename(ours + "dense.*", theirs + "transform.dense.*")
        .rename(ours + "norm.*", theirs + "transform.LayerNorm.*")
        .rename(ours + "decoder.weight", theirs + "decoder.weight")
        .tied(ours + "decoder.bias", theirs + "decoder.bias", theirs + "bias");
  }

  /**
   * Ours keeps its own names; the tokenizer of released checkpoints, the encoder of DALL-E's, is
   * passed over.
   */
  static void imageTokenizer(KeyMap.Builder keys) {
    var stars = new StringBuilder();
    for (int i = 0; i < DEPTH; i++) {
      stars.append(".*");
      keys.rename(Flava.IMAGE_TOKENIZER + stars, "image_tokenizer" + stars);
      keys.ignore("image_codebook" + stars);
    }
  }
}
