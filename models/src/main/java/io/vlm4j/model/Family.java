package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.TokenizerRules;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * A kind of model: how it is configured, built, named by others and fed. Families register
 * themselves as services; nothing else in the house knows which there are.
 *
 * @param <C> the family's configuration
 */
public interface Family<C extends Record> {
  /** The name in our configurations and in {@code model_type} of Hugging Face's. */
  String name();

  /** The configuration's record. */
  Class<C> configType();

  /** A model with random weights from the engine's seeded stream. */
  Model create(C config);

  /** Whether such models read pictures; if not, nobody asks how. */
  default boolean readsPictures() {
    return true;
  }

  /** Whether such models read texts; if not, nobody asks how. */
  default boolean readsTexts() {
    return true;
  }

  /** The configuration of the same model for a vocabulary of that size. */
  C withVocabulary(C config, int vocabularySize);

  /** The number of token ids. */
  int vocabularySize(C config);

  /** How pictures are prepared unless a checkpoint says otherwise. */
  Preprocessing preprocessing(C config);

  /** The number of tokens a text may have. */
  int contextLength(C config);

  /**
   * Which parts such a model may take from models that exist, such as a vision tower or an image
   * tokenizer, by their names in a recipe's {@code parts}.
   */
  default List<String> parts() {
    return List.of();
  }

  /**
   * The configuration of the same model with the part of another's configuration; {@link
   * Model#adopt} then takes its weights.
   *
   * @param part one of {@link #parts}
   * @throws InputException if the other model cannot serve as that part
   */
  default C withPart(C config, String part, ModelSpec<?> other) {
    throw new IllegalArgumentException(part);
  }

  /** The part whose tokenizer is the model's; without one, a tokenizer is learned. */
  default Optional<String> tokenizerPart() {
    return Optional.empty();
  }

  /** The part that says how pictures are prepared; without one, the configuration does. */
  default Optional<String> preprocessingPart() {
    return Optional.empty();
  }

  /**
   * The name of the chat template by which such models learn from dialogues; none for those that
   * learn from texts.
   */
  default Optional<String> dialogueTemplate() {
    return Optional.empty();
  }

  /**
   * How dialogues become texts for the model in a folder that brings no template; none for those
   * that learn from texts.
   *
   * @param json the folder's configuration file
   */
  default Optional<ChatTemplate> dialogueTemplate(Path folder, ObjectNode json, String end) {
    return dialogueTemplate().map(name -> ChatTemplate.named(name, end));
  }

  /** How many numbers a token takes while such a model writes; none if it does not say. */
  default MemoryPlan.TokenCost tokenCost(C config) {
    return new MemoryPlan.TokenCost(0, 0);
  }

  /**
   * Whether a matrix is held in 8 bits where that is asked for. None is, unless a family says so.
   *
   * @param matrix the name of one of the model's {@linkplain io.vlm4j.nn.Module#matrices matrices}
   */
  default boolean isInt8(C config, String matrix) {
    return false;
  }

  /** How texts become tokens for a model that is trained with a vocabulary of its own. */
  default TokenizerRules tokenizerRules(C config) {
    return TokenizerRules.clip(contextLength(config));
  }

  /** The configuration of the same model for pictures of that side, in pixels. */
  C withImageSize(C config, int pixels);

  /** The configuration of the same model for texts of at most that many tokens. */
  C withContextLength(C config, int tokens);

  /** In which layouts such models are known, the one that a new model is written in first. */
  default List<Layout> layouts() {
    return List.of(Layout.values());
  }

  /**
   * Reads a foreign configuration; keys that do not matter here are passed over.
   *
   * @throws InputException if a value asks for what this family computes differently
   */
  C readConfig(Layout layout, ObjectNode json);

  /**
   * Writes the configuration file of one of the family's layouts; the preprocessing that OpenCLIP
   * adds is not part of it.
   */
  ObjectNode writeConfig(Layout layout, C config);

  /** What a layout's own programs would compute differently for want of words, if anything. */
  default List<String> unsaid(Layout layout, C config) {
    return List.of();
  }

  /** How one of the family's layouts names the parameters. */
  KeyMap keys(Layout layout);

  /** How a layout names the parameters of the model of that configuration file. */
  default KeyMap keys(Layout layout, ObjectNode json) {
    return keys(layout);
  }

  /** Tables of positions among the parameters, which may be fitted to other sizes. */
  default Map<String, Positions> positions() {
    return Map.of();
  }

  /**
   * What the folder of a foreign configuration need not hold, because it is another model as it was
   * published.
   */
  default Optional<OutsidePart> outsidePart(Layout layout, ObjectNode json) {
    return Optional.empty();
  }

  /**
   * Whether a foreign configuration is of a kind that is read and never written: such a model is
   * written with the configuration and the names that the layout's other ones have.
   */
  default boolean isReadOnly(Layout layout, ObjectNode json) {
    return false;
  }

  /** How pictures are prepared, where the configuration changes what the folder's recipe says. */
  default Preprocessing preprocessing(ObjectNode json, Preprocessing stored) {
    return stored;
  }

  /** Whether a foreign configuration describes this family. */
  boolean recognizes(Layout layout, ObjectNode json);

  /** Why a foreign configuration that resembles this family's is not supported, if so. */
  default Optional<String> refusal(Layout layout, ObjectNode json) {
    return Optional.empty();
  }

  /**
   * What a model makes of inputs, by the names that files of reference values use.
   *
   * @param inputs named as in {@link io.vlm4j.tensor.Batch}
   * @return on the CPU; what the inputs do not suffice for is left out
   */
  SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs);

  /** All registered families. */
  static List<Family<?>> all() {
    return ServiceLoader.load(Family.class).stream()
        .<Family<?>>map(ServiceLoader.Provider::get)
        .toList();
  }

  /**
   * The family of that name.
   *
   * @throws InputException if there is none
   */
  static Family<?> named(String name) {
    return find(family -> family.name().equals(name), "family '" + name + "'");
  }

  /**
   * The family that a foreign configuration describes.
   *
   * @throws InputException if there is none
   */
  static Family<?> of(Layout layout, ObjectNode json) {
    List<Family<?>> all = all();
    boolean isKnown = all.stream().anyMatch(family -> family.recognizes(layout, json));
    if (!isKnown) {
      for (Family<?> family : all) {
        Optional<String> refusal = family.refusal(layout, json);
        if (refusal.isPresent()) {
          throw new InputException(refusal.get());
        }
      }
    }
    return find(
        family -> family.recognizes(layout, json),
        "model type '" + json.path("model_type").asString("?") + "'");
  }

  private static Family<?> find(Predicate<Family<?>> wanted, String description) {
    return all().stream()
        .filter(wanted)
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "unknown "
                    + description
                    + ": known are "
                    + all().stream().map(Family::name).toList()));
  }
}
