package io.vlm4j.model.backbone;

import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.nn.Block;
import tools.jackson.databind.node.ObjectNode;

/**
 * OPT (2205.01068) as Hugging Face has it: a table of positions whose first two rows are no
 * token's, and in the 350M norms after the sums and vectors of tokens that are narrower than the
 * model.
 */
public final class OptFamily extends GptFamily {
  private static final double EPSILON = 1e-5;

  /** Their table of positions begins with rows for padding. */
  private static final int FIRST = 2;

  /** For the service loader. */
  public OptFamily() {
    super(
        "opt",
        "OPTForCausalLM",
        "norms BEFORE, or AFTER without a last norm, an epsilon of 1e-5, a learned table of"
            + " positions from row 2, keys and values for each head, and no bias of the output");
  }

  @Override
  GptConfig read(ForeignTree tree) {
    tree.requireFlag("enable_bias", true);
    tree.requireFlag("layer_norm_elementwise_affine", true);
    int vocabulary = tree.whole("vocab_size", 50_272);
    int width = tree.whole("hidden_size", tree.whole("d_model", 768));
    int heads = tree.whole("num_attention_heads", 12);
    boolean isBefore = tree.flag("do_layer_norm_before", true);
    return new GptConfig(
        vocabulary,
        tree.whole("max_position_embeddings", 2048),
        HuggingFaceLlama.end(tree, Math.min(2, vocabulary - 1)),
        width,
        tree.whole("word_embed_proj_dim", width),
        tree.whole("num_hidden_layers", 12),
        heads,
        heads,
        tree.whole("ffn_dim", 3072),
        activation(tree.text("activation_function", "relu")),
        EPSILON,
        isBefore ? Block.Norms.BEFORE : Block.Norms.AFTER,
        isBefore && !tree.flag("_remove_final_layer_norm", false),
        tree.flag("tie_word_embeddings", true),
        false,
        FIRST,
        null,
        tree.number("init_std", 0.02));
  }

  /** Their dropout is named, for its default is not 0. */
  @Override
  void write(GptConfig config, ObjectNode json) {
    boolean isBefore = config.norms() == Block.Norms.BEFORE;
    json.put("max_position_embeddings", config.contextLength())
        .put("hidden_size", config.width())
        .put("word_embed_proj_dim", config.tokenWidth())
        .put("num_hidden_layers", config.layers())
        .put("num_attention_heads", config.heads())
        .put("ffn_dim", config.mlpWidth())
        .put("activation_function", theirActivation(config.activation()))
        .put("do_layer_norm_before", isBefore)
        .put("_remove_final_layer_norm", isBefore && !config.lastNorm())
        .put("init_std", config.std())
        .put("dropout", 0)
        .put("attention_dropout", 0);
  }

  @Override
  KeyMap.Builder keys(KeyMap.Builder keys) {
    String our = "blocks.*.";
    String body = "model.decoder.";
    String their = body + "layers.*.";
    return keys.optionalPrefix("model.")
        .rename("tokens.weight", body + "embed_tokens.weight")
        .rename("positions.weight", body + "embed_positions.weight")
        .rename("in.weight", body + "project_in.weight")
        .rename("out.weight", body + "project_out.weight")
        .rename(our + "norm1.*", their + "self_attn_layer_norm.*")
        .rename(our + "attention.q.*", their + "self_attn.q_proj.*")
        .rename(our + "attention.k.*", their + "self_attn.k_proj.*")
        .rename(our + "attention.v.*", their + "self_attn.v_proj.*")
        .rename(our + "attention.out.*", their + "self_attn.out_proj.*")
        .rename(our + "norm2.*", their + "final_layer_norm.*")
        .rename(our + "mlp.up.*", their + "fc1.*")
        .rename(our + "mlp.down.*", their + "fc2.*")
        .rename("norm.*", body + "final_layer_norm.*")
        .rename("head.*", "lm_head.*")
        .ignore("lm_head.weight") // a copy, where the output is tied
        .ignore(body + "version");
  }
}
