package io.vlm4j.model.backbone;

import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.nn.Block;
import tools.jackson.databind.node.ObjectNode;

/**
 * Phi-1, 1.5 and 2 (2306.11644, 2309.05463) as Hugging Face has them: attention and MLP beside each
 * other behind one norm, rotary positions of a part of each head, and an output with a bias. Phi-3
 * is a {@link Llama}; see {@link HuggingFacePhi3}.
 */
public final class PhiFamily extends GptFamily {
  private static final String PART = "partial_rotary_factor";

  /** For the service loader. */
  public PhiFamily() {
    super(
        "phi",
        "PhiForCausalLM",
        "SHARED norms, a last norm, rotary positions, tokens as wide as the model, and an output of"
            + " its own with a bias");
  }

  @Override
  GptConfig read(ForeignTree tree) {
    tree.requireNone("qk_layernorm", "attention_dropout");
    tree.requireFlag("tie_word_embeddings", false);
    int vocabulary = tree.whole("vocab_size", 51_200);
    int width = tree.whole("hidden_size", 2048);
    int heads = tree.whole("num_attention_heads", 32);
    int context = tree.whole("max_position_embeddings", 2048);
    return new GptConfig(
        vocabulary,
        context,
        HuggingFaceLlama.end(tree, Math.min(2, vocabulary - 1)),
        width,
        width,
        tree.whole("num_hidden_layers", 24),
        heads,
        tree.whole("num_key_value_heads", heads),
        tree.whole("intermediate_size", 8192),
        activation(tree.text("hidden_act", "gelu_new")),
        tree.number("layer_norm_eps", 1e-5),
        Block.Norms.SHARED,
        true,
        false,
        true,
        0,
        turned(tree, width / Math.max(1, heads), context),
        tree.number("initializer_range", 0.02));
  }

  /** Newer files have the part that is turned beside the other numbers of rotary positions. */
  private static GptConfig.Turned turned(ForeignTree tree, int headWidth, int context) {
    double part = tree.at("rope_parameters").number(PART, tree.number(PART, 0.5));
    return new GptConfig.Turned((int) (headWidth * part), HuggingFaceLlama.rope(tree, context));
  }

  @Override
  void write(GptConfig config, ObjectNode json) {
    json.put("max_position_embeddings", config.contextLength())
        .put("hidden_size", config.width())
        .put("num_hidden_layers", config.layers())
        .put("num_attention_heads", config.heads())
        .put("num_key_value_heads", config.keyValueHeads())
        .put("intermediate_size", config.mlpWidth())
        .put("hidden_act", theirActivation(config.activation()))
        .put("layer_norm_eps", config.epsilon())
        .put("initializer_range", config.std());
    GptConfig.Turned turned = config.turned();
    if (turned != null) {
      int headWidth = config.width() / config.heads();
      json.put(PART, factor(turned.width(), headWidth)).put("rope_theta", turned.rope().theta());
      HuggingFaceLlama.writeScaling(turned.rope(), json);
    }
  }

  /** A factor of which the product with the width of a head is not cut to one less. */
  private static double factor(int turned, int headWidth) {
    double factor = (double) turned / headWidth;
    return (int) (headWidth * factor) == turned ? factor : Math.nextUp(factor);
  }

  @Override
  KeyMap.Builder keys(KeyMap.Builder keys) {
    String our = "blocks.*.";
    String their = "model.layers.*.";
    return keys.optionalPrefix("model.")
        .rename("tokens.weight", "model.embed_tokens.weight")
        .rename(our + "norm1.*", their + "input_layernorm.*")
        .rename(our + "attention.q.*", their + "self_attn.q_proj.*")
        .rename(our + "attention.k.*", their + "self_attn.k_proj.*")
        .rename(our + "attention.v.*", their + "self_attn.v_proj.*")
        .rename(our + "attention.out.*", their + "self_attn.dense.*")
        .rename(our + "mlp.up.*", their + "mlp.fc1.*")
        .rename(our + "mlp.down.*", their + "mlp.fc2.*")
        .rename("norm.*", "model.final_layernorm.*")
        .rename("head.*", "lm_head.*")
        .ignore(their + "self_attn.rotary_emb.inv_freq");
  }
}
