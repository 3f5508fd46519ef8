package io.vlm4j.model.generative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A piece of a text with pictures. */
public sealed interface MixedPart {
  /** The tokens of the piece, without those around a picture; not to be changed. */
  long[] tokens();

  /** Words between pictures. */
  record Words(long[] tokens) implements MixedPart {}

  /** A whole picture, row by row. */
  record Picture(long[] tokens) implements MixedPart {}

  /**
   * Cuts tokens; a picture that is not whole is left out.
   *
   * @param begin the token before a picture
   * @param codesEach codes of a picture
   */
  static List<MixedPart> of(long[] tokens, long begin, int codesEach) {
    var parts = new ArrayList<MixedPart>();
    int from = 0;
    int at = 0;
    while (at < tokens.length) {
      if (tokens[at] != begin) {
        at++;
        continue;
      }
      addWords(parts, tokens, from, at);
      int end = at + 1 + codesEach;
      if (end <= tokens.length) {
        parts.add(new Picture(Arrays.copyOfRange(tokens, at + 1, end)));
      }
      at = Math.min(tokens.length, end + 1); // behind the token that ends it
      from = at;
    }
    addWords(parts, tokens, from, tokens.length);
    return parts;
  }

  private static void addWords(List<MixedPart> parts, long[] tokens, int from, int to) {
    if (from < to) {
      parts.add(new Words(Arrays.copyOfRange(tokens, from, to)));
    }
  }
}
