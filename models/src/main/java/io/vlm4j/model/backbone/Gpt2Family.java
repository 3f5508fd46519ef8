package io.vlm4j.model.backbone;

import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.nn.Block;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * GPT-2 as Hugging Face has it: matrices the other way round, queries, keys and values as one, and
 * names with or without {@code transformer.} before them.
 */
public final class Gpt2Family extends GptFamily {
  /** For the service loader. */
  public Gpt2Family() {
    super(
        "gpt2",
        "GPT2LMHeadModel",
        "norms BEFORE, a last norm, a learned table of positions from row 0, tokens as wide as the"
            + " model, keys and values for each head, and no bias of the output");
  }

  @Override
  GptConfig read(ForeignTree tree) {
    tree.requireFlag("scale_attn_weights", true);
    tree.requireFlag("scale_attn_by_inverse_layer_idx", false);
    tree.requireFlag("add_cross_attention", false);
    int vocabulary = tree.whole("vocab_size", 50_257);
    int width = either(tree, "n_embd", "hidden_size", 768);
    int heads = either(tree, "n_head", "num_attention_heads", 12);
    return new GptConfig(
        vocabulary,
        either(tree, "n_positions", "max_position_embeddings", 1024),
        HuggingFaceLlama.end(tree, Math.min(50_256, vocabulary - 1)),
        width,
        width,
        either(tree, "n_layer", "num_hidden_layers", 12),
        heads,
        heads,
        tree.whole("n_inner", 4 * width),
        activation(tree.text("activation_function", "gelu_new")),
        tree.number("layer_norm_epsilon", 1e-5),
        Block.Norms.BEFORE,
        true,
        tree.flag("tie_word_embeddings", true),
        false,
        0,
        null,
        tree.number("initializer_range", 0.02));
  }

  /** Their programs read the names of other models too. */
  private static int either(ForeignTree tree, String key, String other, int absent) {
    return tree.whole(key, tree.whole(other, absent));
  }

  /** Their dropout is named, for its default is not 0. */
  @Override
  void write(GptConfig config, ObjectNode json) {
    json.put("n_positions", config.contextLength())
        .put("bos_token_id", config.end())
        .put("n_embd", config.width())
        .put("n_layer", config.layers())
        .put("n_head", config.heads())
        .put("n_inner", config.mlpWidth())
        .put("activation_function", theirActivation(config.activation()))
        .put("layer_norm_epsilon", config.epsilon())
        .put("initializer_range", config.std())
        .put("attn_pdrop", 0)
        .put("embd_pdrop", 0)
        .put("resid_pdrop", 0);
  }

  @Override
  KeyMap.Builder keys(KeyMap.Builder keys) {
    String our = "blocks.*.";
    String their = "transformer.h.*.";
    return keys.optionalPrefix("transformer.")
        .rename("tokens.weight", "transformer.wte.weight")
        .rename("positions.weight", "transformer.wpe.weight")
        .rename(our + "norm1.*", their + "ln_1.*")
        .joinTransposed(
            their + "attn.c_attn.weight",
            our + "attention.q.weight",
            our + "attention.k.weight",
            our + "attention.v.weight")
        .join(
            their + "attn.c_attn.bias",
            List.of(1, 1, 1),
            our + "attention.q.bias",
            our + "attention.k.bias",
            our + "attention.v.bias")
        .transpose(our + "attention.out.weight", their + "attn.c_proj.weight")
        .rename(our + "attention.out.bias", their + "attn.c_proj.bias")
        .rename(our + "norm2.*", their + "ln_2.*")
        .transpose(our + "mlp.up.weight", their + "mlp.c_fc.weight")
        .rename(our + "mlp.up.bias", their + "mlp.c_fc.bias")
        .transpose(our + "mlp.down.weight", their + "mlp.c_proj.weight")
        .rename(our + "mlp.down.bias", their + "mlp.c_proj.bias")
        .rename("norm.*", "transformer.ln_f.*")
        .rename("head.*", "lm_head.*")
        .ignore("lm_head.weight") // a copy, where the output is tied
        .ignore(their + "attn.bias") // the causal mask
        .ignore(their + "attn.masked_bias");
  }
}
