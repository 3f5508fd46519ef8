package io.vlm4j.model.backbone;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.model.Model;
import io.vlm4j.model.Positions;
import io.vlm4j.nn.Activation;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * A family of {@link Gpt}s: how Hugging Face names its configuration and its tensors. What these
 * names cannot say is no model of the family.
 */
abstract class GptFamily extends CausalFamily<GptConfig> {
  /** What Hugging Face calls the approximation of GELU by tanh in these families. */
  private static final String GELU_NEW = "gelu_new";

  private final String name;
  private final String architecture;
  private final String kind;

  /**
   * A family.
   *
   * @param name also Hugging Face's {@code model_type}
   * @param architecture the class of Hugging Face that computes the same
   * @param kind in what it differs from the others, for messages
   */
  GptFamily(String name, String architecture, String kind) {
    this.name = name;
    this.architecture = architecture;
    this.kind = kind;
  }

  /** Reads Hugging Face's configuration. */
  abstract GptConfig read(ForeignTree tree);

  /** Writes what the family's configuration has names for. */
  abstract void write(GptConfig config, ObjectNode json);

  /** The names of the tensors. */
  abstract KeyMap.Builder keys(KeyMap.Builder keys);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Class<GptConfig> configType() {
    return GptConfig.class;
  }

  @Override
  public final Model create(GptConfig config) {
    if (!hasNameFor(config)) {
      throw new InputException("no %s model is like this: it has %s".formatted(name, kind));
    }
    return new Gpt(config);
  }

  private boolean hasNameFor(GptConfig config) {
    ObjectNode json = writeConfig(Layout.HUGGING_FACE, config);
    try {
      return readConfig(Layout.HUGGING_FACE, json).equals(config.withEnd());
    } catch (InputException _) {
      return false;
    }
  }

  @Override
  public final GptConfig withVocabulary(GptConfig config, int vocabularySize) {
    return config.withVocabulary(vocabularySize);
  }

  @Override
  public final int vocabularySize(GptConfig config) {
    return config.vocabularySize();
  }

  @Override
  public final int contextLength(GptConfig config) {
    return config.contextLength();
  }

  @Override
  public final GptConfig withContextLength(GptConfig config, int tokens) {
    return config.withContextLength(tokens);
  }

  @Override
  public final Map<String, Positions> positions() {
    return Map.of("positions.weight", new Positions.Sequence(0));
  }

  @Override
  public final MemoryPlan.TokenCost tokenCost(GptConfig config) {
    return config.tokenCost();
  }

  @Override
  public final boolean isInt8(GptConfig config, String matrix) {
    return config.isInt8(matrix);
  }

  @Override
  public final boolean recognizes(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE && json.path("model_type").asString("").equals(name);
  }

  @Override
  public final GptConfig readConfig(Layout layout, ObjectNode json) {
    var tree = ForeignTree.of(json);
    tree.requireNone("quantization_config");
    return read(tree);
  }

  @Override
  public final ObjectNode writeConfig(Layout layout, GptConfig config) {
    ObjectNode json = Json.object().put("model_type", name);
    json.putArray("architectures").add(architecture);
    json.put("torch_dtype", "float32")
        .put("vocab_size", config.vocabularySize())
        .put("eos_token_id", config.end())
        .put("tie_word_embeddings", config.tied());
    write(config, json);
    return json;
  }

  @Override
  public final KeyMap keys(Layout layout) {
    return keys(KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("module.")).build();
  }

  /** An activation of theirs by our name. */
  static String activation(String theirs) {
    return theirs.equals(GELU_NEW) ? Activation.GELU_TANH.id() : theirs;
  }

  /** An activation of ours by the name that these families know. */
  static String theirActivation(String ours) {
    return ours.equals(Activation.GELU_TANH.id()) ? GELU_NEW : ours;
  }
}
