package io.vlm4j.eval.metric;

/**
 * McNemar's exact test of two classifiers on the same samples (Psychometrika 12, 1947): only the
 * samples on which one is right and the other wrong speak, and under chance each goes either way
 * with probability 1/2.
 *
 * @param onlyFirst samples that the first has right and the second wrong
 * @param onlySecond samples that the second has right and the first wrong
 */
public record McNemar(long onlyFirst, long onlySecond) {
  /** Counts where two models differ. */
  public static McNemar of(boolean[] first, boolean[] second) {
    Checks.sameSize("McNemar's test", "answers", first.length, "answers", second.length);
    long onlyFirst = 0;
    long onlySecond = 0;
    for (int i = 0; i < first.length; i++) {
      onlyFirst += first[i] && !second[i] ? 1 : 0;
      onlySecond += second[i] && !first[i] ? 1 : 0;
    }
    return new McNemar(onlyFirst, onlySecond);
  }

  /** The two-sided p-value: twice the binomial tail, at most 1; no normal approximation. */
  public double pValue() {
    long n = onlyFirst + onlySecond;
    long few = Math.min(onlyFirst, onlySecond);
    // From the largest term downwards, relative to it: no power of 1/2 underflows.
    double logLargest = -n * Math.log(2);
    for (long i = 0; i < few; i++) {
      logLargest += Math.log((double) (n - i) / (i + 1));
    }
    double sum = 0;
    double term = 1;
    for (long k = few; k >= 0 && term > 0; k--) {
      sum += term;
      term *= (double) k / (n - k + 1);
    }
    return Math.min(1, 2 * sum * Math.exp(logLargest));
  }
}
