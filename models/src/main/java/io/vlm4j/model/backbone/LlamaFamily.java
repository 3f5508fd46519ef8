package io.vlm4j.model.backbone;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Family;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.TokenizerRules;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Llama} and its kin are configured, named by Hugging Face and fed. */
public final class LlamaFamily implements Family<LlamaConfig> {
  private static final int GREEDY = 8;

  @Override
  public String name() {
    return "llama";
  }

  @Override
  public Class<LlamaConfig> configType() {
    return LlamaConfig.class;
  }

  @Override
  public Model create(LlamaConfig config) {
    return new Llama(config);
  }

  @Override
  public LlamaConfig withVocabulary(LlamaConfig config, int vocabularySize) {
    return config.withVocabulary(vocabularySize);
  }

  @Override
  public int vocabularySize(LlamaConfig config) {
    return config.vocabularySize();
  }

  @Override
  public boolean readsPictures() {
    return false;
  }

  /** Nobody asks. */
  @Override
  public Preprocessing preprocessing(LlamaConfig config) {
    throw new InputException("a language model reads no pictures");
  }

  @Override
  public int contextLength(LlamaConfig config) {
    return config.contextLength();
  }

  /** As CLIP's, but for texts as they are: what follows the first end is not learned. */
  @Override
  public TokenizerRules tokenizerRules(LlamaConfig config) {
    return TokenizerRules.clip(config.contextLength());
  }

  @Override
  public LlamaConfig withImageSize(LlamaConfig config, int pixels) {
    throw new InputException("a language model reads no pictures, of whatever size");
  }

  @Override
  public LlamaConfig withContextLength(LlamaConfig config, int tokens) {
    return config.withContextLength(tokens);
  }

  @Override
  public MemoryPlan.TokenCost tokenCost(LlamaConfig config) {
    return config.tokenCost();
  }

  @Override
  public boolean isInt8(LlamaConfig config, String matrix) {
    return config.isInt8(matrix);
  }

  @Override
  public SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    var llama = (Llama) model;
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor tokens = inputs.get(Batch.TOKENS);
    if (tokens != null) {
      outputs.put("logits", llama.tokenLogits(tokens));
      try (Decoder decoder = llama.texts()) {
        outputs.put("greedy_ids", greedy(decoder, tokens, GREEDY));
      }
    }
    return outputs;
  }

  /** The most probable continuation of rows, whatever it contains: i64 {@code [B, count]}. */
  static Tensor greedy(Decoder decoder, Tensor tokens, int count) {
    long[] ids = Tensors.toLongs(tokens);
    int length = Math.toIntExact(tokens.size(1));
    var prompts = new long[ids.length / length][];
    for (int row = 0; row < prompts.length; row++) {
      prompts[row] = Arrays.copyOfRange(ids, row * length, (row + 1) * length);
    }
    long[] written =
        Generator.generate(decoder, prompts, -1, Generation.greedy(count)).stream()
            .flatMapToLong(texts -> Arrays.stream(texts.getFirst().tokens()))
            .toArray();
    return Tensors.of(written, prompts.length, count);
  }

  @Override
  public List<Layout> layouts() {
    return List.of(Layout.HUGGING_FACE);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE
        && HuggingFaceLlama.TYPES.contains(json.path("model_type").asString(""));
  }

  @Override
  public LlamaConfig readConfig(Layout layout, ObjectNode json) {
    return HuggingFaceLlama.read(json, "");
  }

  @Override
  public ObjectNode writeConfig(Layout layout, LlamaConfig config) {
    return HuggingFaceLlama.write(config);
  }

  @Override
  public KeyMap keys(Layout layout) {
    var keys =
        KeyMap.builder()
            .optionalPrefix("_orig_mod.")
            .optionalPrefix("module.")
            .optionalPrefix("model.");
    HuggingFaceLlama.keys(keys, "", "model.", "");
    return keys.build();
  }
}
