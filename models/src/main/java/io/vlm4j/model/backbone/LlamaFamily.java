package io.vlm4j.model.backbone;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.TokenizerRules;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Llama} and its kin are configured, named by Hugging Face and fed. */
public final class LlamaFamily extends CausalFamily<LlamaConfig> {
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
  public int contextLength(LlamaConfig config) {
    return config.contextLength();
  }

  /** As CLIP's, but for texts as they are: what follows the first end is not learned. */
  @Override
  public TokenizerRules tokenizerRules(LlamaConfig config) {
    return TokenizerRules.clip(config.contextLength());
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
  public boolean recognizes(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE
        && (HuggingFaceLlama.TYPES.contains(type(json)) || type(json).equals(HuggingFacePhi3.TYPE));
  }

  @Override
  public LlamaConfig readConfig(Layout layout, ObjectNode json) {
    return type(json).equals(HuggingFacePhi3.TYPE)
        ? HuggingFacePhi3.read(json)
        : HuggingFaceLlama.read(json, "");
  }

  @Override
  public ObjectNode writeConfig(Layout layout, LlamaConfig config) {
    return HuggingFaceLlama.write(config);
  }

  @Override
  public KeyMap keys(Layout layout) {
    KeyMap.Builder keys = builder();
    HuggingFaceLlama.keys(keys, "", "model.", "");
    return keys.build();
  }

  @Override
  public KeyMap keys(Layout layout, ObjectNode json) {
    if (!type(json).equals(HuggingFacePhi3.TYPE)) {
      return keys(layout);
    }
    KeyMap.Builder keys = builder();
    HuggingFacePhi3.keys(keys, HuggingFacePhi3.read(json));
    return keys.build();
  }

  private static KeyMap.Builder builder() {
    return KeyMap.builder()
        .optionalPrefix("_orig_mod.")
        .optionalPrefix("module.")
        .optionalPrefix("model.");
  }

  private static String type(ObjectNode json) {
    return json.path("model_type").asString("");
  }
}
