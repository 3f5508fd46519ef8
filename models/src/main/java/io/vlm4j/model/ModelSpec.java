package io.vlm4j.model;

import io.vlm4j.dialogue.DialogueRows;
import io.vlm4j.dialogue.PictureReader;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.nn.Init;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.Tokenizer;
import io.vlm4j.text.TokenizerRules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model that does not exist yet: its family and its configuration.
 *
 * @param <C> the family's configuration
 * @param family what kind of model
 * @param config its sizes
 */
public record ModelSpec<C extends Record>(Family<C> family, C config) {
  private static final String FOLDER = "/io/vlm4j/model/configs/";

  /** The names of the configurations that come with vlm4j, smallest first. */
  public static List<String> names() {
    return read("index.txt").lines().toList();
  }

  /**
   * The model of that name, or of a YAML file of the same form as the named ones: {@code family}
   * and the family's own keys.
   *
   * @throws InputException if there is neither, or the YAML does not describe a model
   */
  public static ModelSpec<?> of(String nameOrFile) {
    if (names().contains(nameOrFile)) {
      return parse(
          Json.fromYaml(read(nameOrFile + ".yaml"), ObjectNode.class, nameOrFile), nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (Files.isRegularFile(file)) {
      return parse(Json.readYaml(file), nameOrFile);
    }
    throw new InputException(
        "unknown model '" + nameOrFile + "': use a YAML file or one of " + names());
  }

  /** The model that a tree describes; {@code place} says where the tree comes from. */
  public static ModelSpec<?> parse(JsonNode tree, String place) {
    if (!(tree instanceof ObjectNode object) || !object.path("family").isString()) {
      throw new InputException(place + ": a model needs a 'family', one of " + familyNames());
    }
    ObjectNode rest = object.deepCopy();
    String name = rest.remove("family").asString();
    Family<?> family;
    try {
      family = Family.named(name);
    } catch (InputException e) {
      throw new InputException(place + ": " + e.getMessage(), e);
    }
    return parse(family, rest, place);
  }

  private static <C extends Record> ModelSpec<C> parse(
      Family<C> family, ObjectNode config, String place) {
    return new ModelSpec<>(family, Json.fromTree(config, family.configType(), place));
  }

  /** The tree that {@link #parse} reads. */
  public ObjectNode toTree() {
    ObjectNode tree = Json.object().put("family", family.name());
    tree.setAll(Json.toTree(config));
    return tree;
  }

  /** The same model for a vocabulary of that size. */
  public ModelSpec<C> withVocabulary(int size) {
    return new ModelSpec<>(family, family.withVocabulary(config, size));
  }

  /** The number of token ids. */
  public int vocabularySize() {
    return family.vocabularySize(config);
  }

  /** Whether it reads pictures. */
  public boolean readsPictures() {
    return family.readsPictures();
  }

  /** Whether it reads texts. */
  public boolean readsTexts() {
    return family.readsTexts();
  }

  /**
   * The same model with a part of another's configuration.
   *
   * @param part its name in a recipe
   * @throws InputException if there is no such part, or the other model cannot serve as it
   */
  public ModelSpec<C> withPart(String part, ModelSpec<?> other) {
    if (!family.parts().contains(part)) {
      throw new InputException(
          "a %s model has no part '%s': %s"
              .formatted(
                  family.name(),
                  part,
                  family.parts().isEmpty() ? "it has none" : "known are " + family.parts()));
    }
    return new ModelSpec<>(family, family.withPart(config, part, other));
  }

  /** A model with random weights from the engine's seeded stream. */
  public Model create() {
    return family.create(config);
  }

  /** How pictures are prepared for it. */
  public Preprocessing preprocessing() {
    return family.preprocessing(config);
  }

  /** How texts become tokens if the model is trained with a vocabulary of its own. */
  public TokenizerRules tokenizerRules() {
    return family.tokenizerRules(config);
  }

  /** Whether the model learns from dialogues. */
  public boolean readsDialogues() {
    return family.dialogueTemplate().isPresent();
  }

  /** How dialogues become rows for the model; none if it learns from texts. */
  public Optional<DialogueRows> dialogueRows(
      @Nullable Tokenizer tokenizer, @Nullable Preprocessing preprocessing) {
    if (tokenizer == null) {
      return Optional.empty();
    }
    return family
        .dialogueTemplate()
        .map(name ->
            new DialogueRows(
                ChatTemplate.named(name, tokenizer.rules().end()),
                tokenizer,
                config instanceof PictureReader reader ? reader : null,
                preprocessing,
                contextLength()));
  }

  /** How many numbers a token takes while the model writes. */
  MemoryPlan.TokenCost tokenCost() {
    return family.tokenCost(config);
  }

  /** The number of tokens a text may have. */
  public int contextLength() {
    return family.contextLength(config);
  }

  /** The same model for pictures of that side, in pixels. */
  public ModelSpec<C> withImageSize(int pixels) {
    return new ModelSpec<>(family, family.withImageSize(config, pixels));
  }

  /** The same model for texts of at most that many tokens. */
  public ModelSpec<C> withContextLength(int tokens) {
    return new ModelSpec<>(family, family.withContextLength(config, tokens));
  }

  /** The shapes of its weights by name, as a model folder holds them; nothing is allocated. */
  public SequencedMap<String, long[]> shapes() {
    var shapes = new LinkedHashMap<String, long[]>();
    try (var _ = Init.shapes();
        Model model = create()) {
      model.weights().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    }
    return shapes;
  }

  /**
   * The names of the matrices that are held in 8 bits where {@link io.vlm4j.tensor.Precision#INT8}
   * is asked for; nothing is allocated.
   *
   * @throws InputException if no such model is known in it
   */
  public Set<String> int8Names() {
    var names = new LinkedHashSet<String>();
    try (var _ = Init.shapes();
        Model model = create()) {
      model.matrices().keySet().stream()
          .filter(name -> family.isInt8(config, name))
          .forEach(names::add);
    }
    if (names.isEmpty()) {
      throw new InputException(
          "a %s model cannot be held in int8, which is for language models: use f32 or bf16"
              .formatted(family.name()));
    }
    return names;
  }

  /** The names of its parameters, which gradients move; nothing is allocated. */
  public List<String> parameterNames() {
    try (var _ = Init.shapes();
        Model model = create()) {
      return List.copyOf(model.parameters().keySet());
    }
  }

  /**
   * A layout's configuration file.
   *
   * @throws InputException if such models are not known in it
   */
  ObjectNode writeConfig(Layout layout) {
    if (!family.layouts().contains(layout)) {
      throw new InputException(
          "a %s model has no %s layout, only %s"
              .formatted(family.name(), layout, family.layouts()));
    }
    return family.writeConfig(layout, config);
  }

  /** What a layout's own programs would compute differently for want of words, if anything. */
  List<String> unsaid(Layout layout) {
    return family.unsaid(layout, config);
  }

  /** The model that a foreign configuration describes. */
  static ModelSpec<?> read(Layout layout, ObjectNode json) {
    return read(Family.of(layout, json), layout, json);
  }

  private static <C extends Record> ModelSpec<C> read(
      Family<C> family, Layout layout, ObjectNode json) {
    return new ModelSpec<>(family, family.readConfig(layout, json));
  }

  /** Whether both are of the same family and configuration. */
  boolean isSameAs(ModelSpec<?> other) {
    return family.name().equals(other.family.name()) && config.equals(other.config);
  }

  private static List<String> familyNames() {
    return Family.all().stream().<String>map(Family::name).toList();
  }

  private static String read(String resource) {
    try (InputStream in = ModelSpec.class.getResourceAsStream(FOLDER + resource)) {
      return new String(
          Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("a resource of vlm4j cannot be read: " + resource, e);
    }
  }
}
