package io.vlm4j.model;

import io.vlm4j.image.Pixels;
import java.util.List;

/**
 * Whoever answers questions about pictures in words: a model with its tokenizer, its form of
 * dialogue and its way to generate. How it asks the model is its own affair.
 */
@FunctionalInterface
public interface Answerer {
  /** The answer to each question about the picture at its place; as many as there are questions. */
  List<String> answers(List<Pixels> pictures, List<String> questions);

  /** The answer to one question. */
  default String answer(Pixels picture, String question) {
    return answers(List.of(picture), List.of(question)).getFirst();
  }
}
