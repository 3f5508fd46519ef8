package io.vlm4j.eval.metric;

/** Where the right one of several comes. */
public final class Rank {
  private Rank() {}

  /**
   * The rank of one score among all, the highest first, counted from 1. Of equal scores it comes
   * last, and a score that is no number never helps: who gives all the same finds nothing.
   */
  public static int of(float[] scores, int right) {
    int rank = 0;
    for (float score : scores) {
      rank += score < scores[right] ? 0 : 1; // "not below" rather than "at least": NaN is neither
    }
    return rank;
  }
}
