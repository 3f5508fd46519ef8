package io.vlm4j.text;

import java.util.Locale;

/**
 * Lower case as Python's {@code str.lower}. Java's differs in one thing, when a capital sigma ends
 * a word: here by Unicode's Final_Sigma, after a cased letter and before none, whatever is to be
 * ignored in between.
 */
final class LowerCase {
  private static final int SIGMA = '\u03a3';

  /** Punctuation inside of words: Word_Break MidLetter, MidNumLet, Single_Quote. */
  private static final String WITHIN_WORDS =
      "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

  private LowerCase() {}

  static String of(String text) {
    if (text.indexOf(SIGMA) < 0) {
      return text.toLowerCase(Locale.ROOT);
    }
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      if (points[i] == SIGMA) {
        boolean isFinal = isCased(next(points, i, -1)) && !isCased(next(points, i, 1));
        points[i] = isFinal ? '\u03c2' : '\u03c3';
      }
    }
    return new String(points, 0, points.length).toLowerCase(Locale.ROOT);
  }

  /** The next code point in a direction that is not to be ignored; a space at the end of text. */
  private static int next(int[] points, int from, int direction) {
    int i = from + direction;
    while (i >= 0 && i < points.length && isIgnorable(points[i])) {
      i += direction;
    }
    return i >= 0 && i < points.length ? points[i] : ' ';
  }

  private static boolean isIgnorable(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> WITHIN_WORDS.indexOf(point) >= 0;
    };
  }

  private static boolean isCased(int point) {
    return Character.isUpperCase(point)
        || Character.isLowerCase(point)
        || Character.isTitleCase(point);
  }
}
