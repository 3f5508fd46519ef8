package io.vlm4j.model.backbone;

import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.backbone.LlamaConfig.Biases;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What Hugging Face calls Phi-3 (2404.14219): a {@link Llama} with a window, whose queries, keys
 * and values are one matrix, and gates and what they open another.
 */
final class HuggingFacePhi3 {
  static final String TYPE = "phi3";

  private HuggingFacePhi3() {}

  /** Reads a configuration. */
  static LlamaConfig read(JsonNode json) {
    var tree = ForeignTree.of(json);
    tree.requireNone(
        "quantization_config", "attention_dropout", "attention_bias", "mlp_bias", "rope_scaling");
    ForeignTree rope = tree.at("rope_parameters");
    for (ForeignTree each : List.of(tree, rope)) {
      if (each.number("partial_rotary_factor", 1) != 1) {
        throw each.wrong("partial_rotary_factor", "only 1 is supported");
      }
    }
    if (!rope.text("rope_type", "default").equals("default")) {
      throw rope.wrong("rope_type", "only the default is supported");
    }
    int width = tree.whole("hidden_size", 3072);
    int heads = tree.whole("num_attention_heads", 32);
    int vocabulary = tree.whole("vocab_size", 32_064);
    int context = tree.whole("max_position_embeddings", 4096);
    return new LlamaConfig(
        vocabulary,
        context,
        HuggingFaceLlama.end(tree, Math.min(32_000, vocabulary - 1)),
        width,
        tree.whole("num_hidden_layers", 32),
        heads,
        tree.whole("num_key_value_heads", heads),
        tree.whole("head_dim", width / heads),
        tree.whole("intermediate_size", 8192),
        tree.text("hidden_act", "silu"),
        tree.number("rms_norm_eps", 1e-5),
        Biases.NONE,
        tree.flag("tie_word_embeddings", false),
        tree.whole("sliding_window", 0),
        HuggingFaceLlama.rope(tree, context),
        tree.number("initializer_range", 0.02));
  }

  /** The names of the tensors. */
  static void keys(KeyMap.Builder keys, LlamaConfig config) {
    String our = "blocks.*.";
    String their = "model.layers.*.";
    int shared = config.keyValueHeads();
    keys.join(
            their + "self_attn.qkv_proj.weight",
            List.of(config.heads(), shared, shared),
            our + "attention.q.weight",
            our + "attention.k.weight",
            our + "attention.v.weight")
        .join(
            their + "mlp.gate_up_proj.weight",
            List.of(1, 1),
            our + "mlp.gate.weight",
            our + "mlp.up.weight");
    HuggingFaceLlama.keys(keys, "", "model.", "");
  }
}
