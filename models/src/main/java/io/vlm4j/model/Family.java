package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Predicate;
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

  /** The configuration of the same model for a vocabulary of that size. */
  C withVocabulary(C config, int vocabularySize);

  /** The number of token ids. */
  int vocabularySize(C config);

  /** How pictures are prepared unless a checkpoint says otherwise. */
  Preprocessing preprocessing(C config);

  /** The number of tokens a text may have. */
  int contextLength(C config);

  /** Reads a foreign configuration; keys that do not matter here are passed over. */
  C readConfig(Layout layout, ObjectNode json);

  /** Writes Hugging Face's {@code config.json}. */
  ObjectNode writeConfig(C config);

  /** How a layout names the parameters. */
  KeyMap keys(Layout layout);

  /** Whether a foreign configuration describes this family. */
  boolean recognizes(Layout layout, ObjectNode json);

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
