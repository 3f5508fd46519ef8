package io.vlm4j.model;

import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.List;

/**
 * Whoever answers questions about pictures in words: a model with its tokenizer, its form of
 * dialogue and its way to generate. How it asks the model is its own affair.
 */
@FunctionalInterface
public interface Answerer {
  /** The answer to each question about the picture at its place; as many as there are questions. */
  List<String> answers(List<Pixels> pictures, List<String> questions);

  /**
   * The answer to each question about the pictures at its place, such as frames of a clip in the
   * order of time.
   *
   * @throws InputException if it looks at one picture at a time, and a question is about several
   */
  default List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
    if (clips.stream().anyMatch(clip -> clip.size() != 1)) {
      throw new InputException("it answers questions about one picture at a time, not several");
    }
    return answers(clips.stream().map(List::getFirst).toList(), questions);
  }

  /** The answer to one question. */
  default String answer(Pixels picture, String question) {
    return answers(List.of(picture), List.of(question)).getFirst();
  }
}
