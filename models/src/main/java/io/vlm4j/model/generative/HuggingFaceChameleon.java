package io.vlm4j.model.generative;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.Family;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.backbone.HuggingFaceLlama;
import io.vlm4j.model.backbone.LlamaConfig;
import io.vlm4j.nn.Block;
import io.vlm4j.nn.Init;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Hugging Face calls Chameleon. Its configuration holds the vocabulary, in which the code 47
 * is named {@code IMGIMGEHZ}: the digits as letters from A on, then Z.
 */
final class HuggingFaceChameleon {
  static final String TYPE = "chameleon";

  private static final String TOKENIZER_TYPE = "chameleon_vqgan";
  private static final String VOCABULARY = "vocabulary_map";
  private static final String BEGIN = "<racm3:break>";
  private static final String END = "<eoss>";
  private static final String TEXT_END = "</s>";
  private static final String CODE = "IMGIMG";

  private HuggingFaceChameleon() {}

  /** Reads a configuration; what is said of training is the paper's. */
  static ChameleonConfig read(ObjectNode json) {
    var tree = ForeignTree.of(json);
    tree.requireNone("quantization_config", "attention_dropout", "attention_bias", "mlp_bias");
    int context = tree.whole("max_position_embeddings", 4096);
    int width = tree.whole("hidden_size", 4096);
    int heads = tree.whole("num_attention_heads", 32);
    int vocabulary = tree.whole("vocab_size", 65_536);
    ChameleonConfig.Image image = image(tokenizer(json), vocabulary(json));
    boolean isBehind = tree.flag("swin_norm", false);
    var decoder =
        new LlamaConfig(
            vocabulary,
            context,
            -1,
            width,
            tree.whole("num_hidden_layers", 32),
            heads,
            tree.whole("num_key_value_heads", 32),
            width / heads,
            tree.whole("intermediate_size", 11_008),
            tree.text("hidden_act", "silu"),
            tree.number("rms_norm_eps", 1e-5),
            LlamaConfig.Biases.NONE,
            tree.flag("tie_word_embeddings", false),
            0,
            HuggingFaceLlama.rope(tree, context),
            tree.number("initializer_range", 0.02));
    int end = vocabulary(json).path(TEXT_END).asInt(tree.whole("eos_token_id", 2));
    return new ChameleonConfig(
        new ChameleonConfig.Text(vocabulary, context - image.codesEach() - 2, end),
        image,
        decoder,
        isBehind ? Block.Norms.BEHIND : Block.Norms.BEFORE,
        isBehind ? 0 : 0.1,
        new ChameleonConfig.Objective(0.5, 1e-5, false, false));
  }

  private static ObjectNode vocabulary(ObjectNode json) {
    if (json.path(VOCABULARY) instanceof ObjectNode vocabulary) {
      return vocabulary;
    }
    throw new InputException(
        "'" + VOCABULARY + "' is missing: without it, nobody knows which tokens are pictures");
  }

  private static ObjectNode tokenizerTree(ObjectNode json) {
    ObjectNode tree =
        json.path("vq_config") instanceof ObjectNode given ? given.deepCopy() : Json.object();
    if (!tree.has("model_type")) {
      tree.put("model_type", TOKENIZER_TYPE);
    }
    return tree;
  }

  static Family<?> tokenizerFamily(String name) {
    return Family.named(name);
  }

  static Family<?> tokenizerFamily(ObjectNode json) {
    return Family.of(Layout.HUGGING_FACE, tokenizerTree(json));
  }

  private static ModelSpec<?> tokenizer(ObjectNode json) {
    return spec(tokenizerFamily(json), tokenizerTree(json));
  }

  private static <C extends Record> ModelSpec<C> spec(Family<C> family, ObjectNode json) {
    return new ModelSpec<>(family, family.readConfig(Layout.HUGGING_FACE, json));
  }

  /** Pictures with values from -1 to 1, as Hugging Face prepares them. */
  private static ChameleonConfig.Image image(ModelSpec<?> tokenizer, ObjectNode vocabulary) {
    try (var _ = Init.shapes();
        Model model = tokenizer.create()) {
      if (!(model instanceof ImageTokenizer codes)) {
        throw new InputException("'vq_config' describes no image tokenizer");
      }
      int size = tokenizer.preprocessing().size();
      return new ChameleonConfig.Image(
          size,
          size / codes.downsampling(),
          codes.codebookSize(),
          new ChameleonConfig.Ids(
              order(vocabulary, codes.codebookSize()), id(vocabulary, BEGIN), id(vocabulary, END)),
          0.5,
          0.5,
          tokenizer.toTree());
    }
  }

  private static List<Integer> order(ObjectNode vocabulary, int codes) {
    var order = new ArrayList<Integer>();
    for (int code = 0; code < codes; code++) {
      order.add(id(vocabulary, name(code)));
    }
    return order;
  }

  private static int id(ObjectNode vocabulary, String name) {
    JsonNode id = vocabulary.path(name);
    if (!id.isInt()) {
      throw new InputException("'" + VOCABULARY + "' has no '" + name + "'");
    }
    return id.asInt();
  }

  static String name(int code) {
    var name = new StringBuilder(CODE);
    Integer.toString(code).chars().forEach(digit -> name.append((char) ('A' + digit - '0')));
    return name.append('Z').toString();
  }

  /** Writes a configuration; of the vocabulary, only what the model itself must know. */
  static ObjectNode write(ChameleonConfig config) {
    LlamaConfig decoder = config.decoder();
    ObjectNode json = Json.object().put("model_type", TYPE);
    json.putArray("architectures").add("ChameleonForConditionalGeneration");
    json.put("torch_dtype", "float32")
        .put("vocab_size", decoder.vocabularySize())
        .put("max_position_embeddings", decoder.contextLength())
        .put("eos_token_id", config.end())
        .put("hidden_size", decoder.width())
        .put("num_hidden_layers", decoder.layers())
        .put("num_attention_heads", decoder.heads())
        .put("num_key_value_heads", decoder.keyValueHeads())
        .put("intermediate_size", decoder.mlpWidth())
        .put("hidden_act", decoder.activation())
        .put("rms_norm_eps", decoder.epsilon())
        .put("tie_word_embeddings", decoder.tied())
        .put("initializer_range", decoder.std())
        .put("rope_theta", decoder.rope().theta())
        .put("attention_bias", false)
        .put("mlp_bias", false)
        .put("swin_norm", config.norms() == Block.Norms.BEHIND);
    ObjectNode vocabulary = json.putObject(VOCABULARY);
    ImageVocabulary pictures = config.pictures();
    vocabulary.put(TEXT_END, config.end()).put(BEGIN, pictures.begin()).put(END, pictures.end());
    for (int code = 0; code < config.image().codes(); code++) {
      vocabulary.put(name(code), Math.toIntExact(pictures.id(code)));
    }
    JsonNode tokenizer = config.image().tokenizer();
    if (tokenizer.isNull()) {
      json.set("vq_config", NullNode.getInstance());
    } else {
      json.set("vq_config", written(ModelSpec.parse(tokenizer, Chameleon.IMAGE_TOKENIZER)));
    }
    return json;
  }

  private static <C extends Record> ObjectNode written(ModelSpec<C> tokenizer) {
    return tokenizer.family().writeConfig(Layout.HUGGING_FACE, tokenizer.config());
  }

  /** The names of the tensors, with an image tokenizer of that family. */
  static KeyMap keys(Family<?> tokenizer) {
    var keys =
        KeyMap.builder()
            .optionalPrefix("_orig_mod.")
            .optionalPrefix("module.")
            .optionalPrefix("model.");
    String our = "decoder.blocks.*.attention.";
    String their = "model.layers.*.self_attn.";
    keys.rename(our + "queryNorm.*", their + "q_norm.*")
        .rename(our + "keyNorm.*", their + "k_norm.*");
    HuggingFaceLlama.keys(keys, "decoder.", "model.", "");
    return keys.nested(
            Chameleon.IMAGE_TOKENIZER + ".", "model.vqmodel.", tokenizer.keys(Layout.HUGGING_FACE))
        .ignore("vqmodel.post_quant_conv.*") // of a tokenizer without a decoder, for nothing
        .build();
  }
}
