package io.vlm4j.model.masked;

import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.contrastive.TwoTowerConfig;
import io.vlm4j.model.masked.FlavaConfig.Image;
import io.vlm4j.model.masked.FlavaConfig.Masking;
import io.vlm4j.model.masked.FlavaConfig.Mixture;
import io.vlm4j.model.masked.FlavaConfig.Multimodal;
import io.vlm4j.model.masked.FlavaConfig.Text;
import io.vlm4j.model.masked.FlavaConfig.Weights;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@link Flava} as torchmultimodal has it. That library keeps no configuration files: the keys here
 * are the arguments of its {@code flava_model_for_pretraining}.
 */
final class TorchMultimodal {
  private TorchMultimodal() {}

  /** Whether a configuration has its arguments. */
  static boolean wrote(ObjectNode json) {
    return !json.has("model_type") && json.has("image_hidden_size") && json.has("text_hidden_size");
  }

  static FlavaConfig readConfig(ObjectNode json) {
    ForeignTree tree = ForeignTree.of(json);
    int width = tree.whole("image_hidden_size", 768);
    for (String encoder : new String[] {"text", "multimodal"}) {
      if (tree.whole(encoder + "_hidden_size", 768) != width) {
        throw tree.wrong(encoder + "_hidden_size", "it must be 'image_hidden_size'");
      }
    }
    double epsilon = tree.number("layer_norm_eps", 1e-12);
    var pictures =
        new Image(
            tree.side("image_size", 224),
            tree.side("patch_size", 16),
            tree.whole("image_num_hidden_layers", 12),
            tree.whole("image_num_attention_heads", 12),
            tree.whole("image_intermediate_size", 3072),
            tree.whole("image_vocab_size", 8192));
    return new FlavaConfig(
        width,
        tree.whole("text_and_image_proj_size", 768),
        pictures,
        new Text(
            tree.whole("max_position_embeddings", 512),
            tree.whole("vocab_size", 30522),
            tree.whole("mask_token", 103),
            tree.whole("pad_token_id", 0),
            tree.whole("text_num_hidden_layers", 12),
            tree.whole("text_num_attention_heads", 12),
            tree.whole("text_intermediate_size", 3072)),
        new Multimodal(
            tree.whole("multimodal_num_hidden_layers", 6),
            tree.whole("multimodal_num_attention_heads", 12),
            tree.whole("multimodal_intermediate_size", 3072),
            true),
        "gelu",
        epsilon,
        tree.number("loss_layer_norm_eps", 1e-5),
        true,
        Masking.paper(pictures.side()),
        Weights.EQUAL,
        Mixture.EVEN,
        TwoTowerConfig.CLIP_LOGIT_SCALE,
        TwoTowerConfig.CLIP_MAX_LOGIT_SCALE,
        null);
  }

  static KeyMap keys() {
    var keys = KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("module.");
    encoder(keys, "image", "model.image_encoder.");
    encoder(keys, "text", "model.text_encoder.");
    encoder(keys, "multimodal", "model.mm_encoder.");
    HuggingFaceFlava.embeddings(
        keys, "model.image_encoder.embeddings.", "model.text_encoder.embeddings.", "layer_norm");
    keys.rename("multimodal.fromImage.*", "model.image_to_mm_projection.*")
        .rename("multimodal.fromText.*", "model.text_to_mm_projection.*")
        .leadingOne("multimodal.classToken", "model.mm_encoder.cls_token")
        .rename("imageProjection.*", "model.image_projection.*")
        .rename("textProjection.*", "model.text_projection.*")
        .scalar("logitScale", "loss.contrastive_loss.logit_scale");
    head(keys, "heads.mim.", "loss.mim_loss.cls.");
    head(keys, "heads.mlm.", "loss.mlm_loss.cls.");
    head(keys, "heads.mmmImage.", "loss.mmm_loss.mim.cls.");
    head(keys, "heads.mmmText.", "loss.mmm_loss.mlm.cls.");
    keys.rename("heads.matchPooler.*", "loss.itm_loss.pooler.dense.*")
        .rename("heads.match.*", "loss.itm_loss.cls.seq_relationship.*");
    HuggingFaceFlava.imageTokenizer(keys);
    return keys.build();
  }

  private static void encoder(KeyMap.Builder keys, String ours, String theirs) {
    String block = ours + ".blocks.*.";
    String layer = theirs + "encoder.layer.*.";
    String attention = layer + "attention.";
    keys.rename(block + "norm1.*", layer + "attention_layernorm.*")
        .split(
            block + "attention.qkv.*",
            attention + "query.*",
            attention + "key.*",
            attention + "value.*")
        .rename(block + "attention.out.*", attention + "output.*")
        .rename(block + "norm2.*", layer + "feedforward_layernorm.*")
        .rename(block + "mlp.up.*", layer + "feedforward.model.0.*")
        .rename(block + "mlp.down.*", layer + "feedforward.model.2.*")
        .rename(ours + ".norm.*", theirs + "layernorm.*")
        .rename(ours + ".pooler.*", theirs + "pooler.dense.*");
  }

  private static void head(KeyMap.Builder keys, String ours, String theirs) {
    keys.rename(ours + "dense.*", theirs + "dense.*")
        .rename(ours + "norm.*", theirs + "layer_norm.*")
        .rename(ours + "decoder.weight", theirs + "decoder.weight")
        .tied(ours + "decoder.bias", theirs + "bias", theirs + "decoder.bias");
  }
}
