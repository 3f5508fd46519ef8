package io.vlm4j.model.backbone;

import io.vlm4j.io.Json;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.backbone.LlamaConfig.Biases;
import io.vlm4j.nn.Rotary;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What Hugging Face calls Llama, Mistral and Qwen2, with the defaults of each. */
public final class HuggingFaceLlama {
  static final List<String> TYPES = List.of("llama", "mistral", "qwen2");

  private HuggingFaceLlama() {}

  /**
   * Reads a configuration.
   *
   * @param path where the tree is, for messages
   */
  static LlamaConfig read(JsonNode json, String path) {
    var tree = new ForeignTree(json, path);
    String type = tree.text("model_type", "llama");
    if (!TYPES.contains(type)) {
      throw tree.wrong("model_type", "the language model must be one of " + TYPES);
    }
    tree.requireNone("quantization_config", "attention_dropout");
    tree.requireFlag("mlp_bias", false);
    if (tree.number("partial_rotary_factor", 1) != 1) {
      throw tree.wrong("partial_rotary_factor", "only 1 is supported");
    }
    boolean isLlama = type.equals("llama");
    boolean isMistral = type.equals("mistral");
    int width = tree.whole("hidden_size", 4096);
    int heads = tree.whole("num_attention_heads", 32);
    int vocabulary = tree.whole("vocab_size", type.equals("qwen2") ? 151_936 : 32_000);
    int context =
        tree.whole("max_position_embeddings", isLlama ? 2048 : isMistral ? 131_072 : 32_768);
    return new LlamaConfig(
        vocabulary,
        context,
        end(tree, type.equals("qwen2") ? -1 : Math.min(2, vocabulary - 1)),
        width,
        tree.whole("num_hidden_layers", 32),
        heads,
        tree.whole("num_key_value_heads", isMistral ? 8 : type.equals("qwen2") ? 32 : heads),
        tree.whole("head_dim", width / heads),
        tree.whole("intermediate_size", isLlama ? 11_008 : isMistral ? 14_336 : 22_016),
        tree.text("hidden_act", "silu"),
        tree.number("rms_norm_eps", 1e-6),
        biases(tree, type),
        tree.flag("tie_word_embeddings", false),
        window(tree, type),
        rope(tree, context),
        tree.number("initializer_range", 0.02));
  }

  private static Biases biases(ForeignTree tree, String type) {
    return switch (type) {
      case "qwen2" -> Biases.INPUTS;
      case "llama" -> tree.flag("attention_bias", false) ? Biases.ALL : Biases.NONE;
      default -> Biases.NONE;
    };
  }

  /** The first, where a model has several ends; its tokenizer knows them all. */
  static int end(ForeignTree tree, int absent) {
    JsonNode value = tree.node().path("eos_token_id");
    return value.isArray() ? value.path(0).asInt(absent) : tree.whole("eos_token_id", absent);
  }

  private static int window(ForeignTree tree, String type) {
    return switch (type) {
      case "mistral" ->
          tree.node().path("sliding_window").isNull() ? 0 : tree.whole("sliding_window", 4096);
      case "qwen2" -> {
        int layers = tree.whole("num_hidden_layers", 32);
        int from = tree.whole("max_window_layers", 28);
        if (!tree.flag("use_sliding_window", false) || from >= layers) {
          yield 0;
        }
        if (from > 0) {
          throw tree.wrong("max_window_layers", "a window must be in all layers or in none");
        }
        yield tree.whole("sliding_window", 4096);
      }
      default -> 0;
    };
  }

  /**
   * Rotary positions; newer files have all of it in one place, older ones in two.
   *
   * @param context number of positions
   */
  public static LlamaConfig.Rope rope(ForeignTree tree, int context) {
    ForeignTree newer = tree.at("rope_parameters");
    boolean isNew = newer.node().isObject();
    double theta = (isNew ? newer : tree).number("rope_theta", 10_000);
    ForeignTree scaling = isNew ? newer : tree.at("rope_scaling");
    String kind = scaling.text("rope_type", scaling.text("type", "default"));
    if (kind.equals("default")) {
      return new LlamaConfig.Rope(theta, null);
    }
    if (!List.of("linear", "dynamic", "llama3", "yarn").contains(kind)) {
      throw scaling.wrong(
          scaling.has("rope_type") ? "rope_type" : "type",
          "use default, linear, dynamic, llama3 or yarn");
    }
    scaling.requireNone("mscale", "mscale_all_dim");
    scaling.requireFlag("truncate", true);
    double factor = scaling.number("factor", 1);
    boolean isYarn = kind.equals("yarn");
    boolean hasOriginal = isYarn || kind.equals("llama3");
    return new LlamaConfig.Rope(
        theta,
        new LlamaConfig.Scaling(
            kind,
            factor,
            hasOriginal ? scaling.whole("original_max_position_embeddings", context) : context,
            isYarn ? scaling.number("beta_slow", 1) : scaling.number("low_freq_factor", 1),
            isYarn ? scaling.number("beta_fast", 32) : scaling.number("high_freq_factor", 4),
            isYarn
                ? scaling.number("attention_factor", Rotary.Scaling.Yarn.usualMagnitude(factor))
                : 1));
  }

  /** Writes a configuration, under the name of the model that computes like this. */
  static ObjectNode write(LlamaConfig config) {
    boolean isQwen = config.biases() == Biases.INPUTS;
    String type = isQwen ? "qwen2" : config.window() > 0 ? "mistral" : "llama";
    ObjectNode json = Json.object().put("model_type", type);
    json.putArray("architectures")
        .add(
            switch (type) {
              case "qwen2" -> "Qwen2ForCausalLM";
              case "mistral" -> "MistralForCausalLM";
              default -> "LlamaForCausalLM";
            });
    json.put("torch_dtype", "float32")
        .put("vocab_size", config.vocabularySize())
        .put("max_position_embeddings", config.contextLength())
        .put("eos_token_id", config.end())
        .put("hidden_size", config.width())
        .put("num_hidden_layers", config.layers())
        .put("num_attention_heads", config.heads())
        .put("num_key_value_heads", config.keyValueHeads())
        .put("intermediate_size", config.mlpWidth())
        .put("hidden_act", config.activation())
        .put("rms_norm_eps", config.epsilon())
        .put("tie_word_embeddings", config.tied())
        .put("initializer_range", config.std())
        .put("rope_theta", config.rope().theta());
    if (config.headWidth() != config.width() / config.heads()) {
      json.put("head_dim", config.headWidth());
    }
    if (config.biases() == Biases.ALL) {
      json.put("attention_bias", true);
    }
    if (config.window() > 0) {
      json.put("sliding_window", config.window());
      if (isQwen) {
        json.put("use_sliding_window", true).put("max_window_layers", 0);
      }
    }
    writeScaling(config.rope(), json);
    return json;
  }

  /** Writes how rotary positions are scaled, if they are. */
  static void writeScaling(LlamaConfig.Rope rotary, ObjectNode json) {
    LlamaConfig.Scaling scaling = rotary.scaling();
    if (scaling == null) {
      return;
    }
    ObjectNode rope =
        json.putObject("rope_scaling")
            .put("rope_type", scaling.kind())
            .put("factor", scaling.factor());
    switch (scaling.kind()) {
      case "llama3" ->
          rope.put("low_freq_factor", scaling.low())
              .put("high_freq_factor", scaling.high())
              .put("original_max_position_embeddings", scaling.trained());
      case "yarn" ->
          rope.put("beta_slow", scaling.low())
              .put("beta_fast", scaling.high())
              .put("attention_factor", scaling.magnitude())
              .put("original_max_position_embeddings", scaling.trained());
      default -> {}
    }
  }

  /**
   * The names of a language model's tensors.
   *
   * @param ours what its names begin with
   * @param body what theirs begin with
   * @param head what theirs of the output begin with
   */
  public static void keys(KeyMap.Builder keys, String ours, String body, String head) {
    String our = ours + "blocks.*.";
    String their = body + "layers.*.";
    keys.rename(ours + "tokens.weight", body + "embed_tokens.weight")
        .rename(our + "norm1.*", their + "input_layernorm.*")
        .rename(our + "attention.q.*", their + "self_attn.q_proj.*")
        .rename(our + "attention.k.*", their + "self_attn.k_proj.*")
        .rename(our + "attention.v.*", their + "self_attn.v_proj.*")
        .rename(our + "attention.out.*", their + "self_attn.o_proj.*")
        .rename(our + "norm2.*", their + "post_attention_layernorm.*")
        .rename(our + "mlp.gate.*", their + "mlp.gate_proj.*")
        .rename(our + "mlp.up.*", their + "mlp.up_proj.*")
        .rename(our + "mlp.down.*", their + "mlp.down_proj.*")
        .rename(ours + "norm.*", body + "norm.*")
        .rename(ours + "head.*", head + "lm_head.*")
        .ignore(head + "lm_head.weight") // a copy, where the output is tied
        .ignore(their + "self_attn.rotary_emb.inv_freq");
  }
}
