package io.vlm4j.model.masked;

import io.vlm4j.io.InputException;
import java.util.random.RandomGenerator;

/**
 * Chooses the tokens of a text that are to be told, and what is shown in their place: the mask for
 * 80 % of them, any token for 10 %, the token itself for 10 %. BERT's masked language modelling
 * (1810.04805).
 *
 * <p>Padding is never chosen, nor are the first and the last token of a text, which mark its start
 * and its end.
 *
 * @param share of the other tokens that are chosen, each by itself
 * @param maskId what is shown for most of them
 * @param vocabularySize any token is an id below it
 * @param padId the id that fills a row behind a text; it is never shown in a text's place
 */
public record TokenMasking(double share, int maskId, int vocabularySize, int padId) {
  /** The target of a token that was not chosen. */
  public static final long NOT_CHOSEN = -1;

  private static final double MASKED = 0.8;
  private static final double RANDOM = 0.1;

  /** Checks the share. */
  public TokenMasking {
    if (!(share > 0 && share < 1)) {
      throw new InputException("the share of hidden tokens must lie in (0, 1), not " + share);
    }
  }

  /**
   * Hides tokens of one text.
   *
   * @param shown the ids of a row, {@code length} of them from {@code from}; replaced where hidden
   * @param targets where the chosen ids are noted; {@link #NOT_CHOSEN} elsewhere
   */
  public void apply(long[] shown, long[] targets, int from, int length, RandomGenerator chance) {
    int end = from + length;
    while (end > from && shown[end - 1] == padId) {
      end--;
    }
    for (int i = from; i < from + length; i++) {
      targets[i] = NOT_CHOSEN;
      if (i > from && i < end - 1 && chance.nextDouble() < share) {
        targets[i] = shown[i];
        shown[i] = replacement(shown[i], chance);
      }
    }
  }

  private long replacement(long id, RandomGenerator chance) {
    double kind = chance.nextDouble();
    if (kind < MASKED) {
      return maskId;
    }
    if (kind >= MASKED + RANDOM) {
      return id;
    }
    int other = chance.nextInt(vocabularySize - 1);
    return other < padId ? other : other + 1; // any but padding
  }
}
