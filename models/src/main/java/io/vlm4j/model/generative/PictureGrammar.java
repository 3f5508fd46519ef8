package io.vlm4j.model.generative;

import io.vlm4j.generate.Grammar;
import java.util.BitSet;

/**
 * Pictures in a text are whole: after the token that begins one come as many codes as a picture
 * has, and the token that ends it; elsewhere comes none of these.
 *
 * <p>The state is 0 within text, the number of codes that are still to come plus one within a
 * picture, and so 1 before its end.
 */
final class PictureGrammar implements Grammar {
  private static final int TEXT = 0;
  private static final int LAST = 1;

  private final ImageVocabulary pictures;
  private final int codesEach;
  private final BitSet words = new BitSet();
  private final BitSet wordsOrPicture;
  private final BitSet codes;
  private final BitSet end = new BitSet();
  private final boolean begins;

  /**
   * A grammar of a vocabulary.
   *
   * @param texts number of ids that the tokenizer of texts knows
   * @param codesEach codes of a picture
   * @param begins whether a text may begin pictures; those in prompts may be anyway
   */
  PictureGrammar(ImageVocabulary pictures, int texts, int codesEach, boolean begins) {
    this.pictures = pictures;
    this.codesEach = codesEach;
    this.begins = begins;
    codes = pictures.codes();
    words.set(0, texts);
    words.andNot(codes);
    words.clear(pictures.begin());
    words.clear(pictures.end());
    wordsOrPicture = (BitSet) words.clone();
    wordsOrPicture.set(pictures.begin());
    end.set(pictures.end());
  }

  @Override
  public int start() {
    return TEXT;
  }

  @Override
  public int after(int state, long token) {
    if (state == TEXT) {
      return token == pictures.begin() ? codesEach + LAST : TEXT;
    }
    return state - 1;
  }

  @Override
  public BitSet allowed(int state, int room) {
    return switch (state) {
      case TEXT -> begins && room >= codesEach + 2 ? wordsOrPicture : words;
      case LAST -> end;
      default -> codes;
    };
  }
}
