package io.vlm4j.eval.metric;

import io.vlm4j.io.InputException;

/** What metrics ask of their input, refused in one line. */
public final class Checks {
  private Checks() {}

  /** Refuses two lists that should have an entry for each sample. */
  public static void sameSize(String metric, String a, int sizeOfA, String b, int sizeOfB) {
    if (sizeOfA != sizeOfB) {
      throw new InputException(
          "%s: %d %s but %d %s; it needs one of each for every sample"
              .formatted(metric, sizeOfA, a, sizeOfB, b));
    }
  }

  /** Refuses what has nothing in it. */
  public static void notEmpty(String metric, String what, int size) {
    if (size == 0) {
      throw new InputException(metric + " needs at least one of: " + what);
    }
  }

  /** Refuses a number below a least one. */
  public static void atLeast(String metric, String what, int least, int value) {
    if (value < least) {
      throw new InputException(
          "%s: %s must be at least %d, not %d".formatted(metric, what, least, value));
    }
  }

  /** Refuses an index of no class, group or option. */
  public static void index(String metric, String what, int index, int size) {
    if (index < 0 || index >= size) {
      throw new InputException(
          "%s: %s %d; there are %d, counted from 0".formatted(metric, what, index, size));
    }
  }

  /** Refuses what is not a probability. */
  public static void probability(String metric, String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new InputException("%s: %s %s is not between 0 and 1".formatted(metric, what, value));
    }
  }

  /**
   * The width of a matrix.
   *
   * @throws InputException if there are no rows, or if they have several lengths
   */
  public static int width(String metric, String what, float[][] rows) {
    notEmpty(metric, what, rows.length);
    for (float[] row : rows) {
      if (row.length != rows[0].length) {
        throw new InputException(
            "%s: %s of width %d and of width %d; all must have one"
                .formatted(metric, what, rows[0].length, row.length));
      }
    }
    return rows[0].length;
  }
}
