package io.vlm4j.data.questions;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is asked of a picture. */
public enum QuestionKind {
  /** What is drawn: a single icon. */
  NAME,
  /** Which of Unicode's groups an icon belongs to. */
  GROUP,
  /** Which time a clock shows. */
  CLOCK,
  /** Which colour the ground is. */
  GROUND_COLOUR,
  /** Which colour a thing is that is drawn in several. */
  COLOUR,
  /** How many there are of one thing, among others. */
  COUNT,
  /** Whether one thing is left of, right of, above or below another. */
  POSITION,
  /** What is written. */
  TEXT,
  /** Everything: a caption that is longer than a name. */
  DESCRIPTION;

  /** All of them by their names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(QuestionKind::word).toList();
  }

  /** The kind of that name. */
  public static QuestionKind of(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.word().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new InputException("no kind of question '%s'; there are %s".formatted(name, names())));
  }

  /** Its name in files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
