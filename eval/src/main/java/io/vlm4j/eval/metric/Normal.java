package io.vlm4j.eval.metric;

/** The standard normal distribution. */
final class Normal {
  private static final double ROOT = Math.sqrt(2 * Math.PI);

  private Normal() {}

  /**
   * The probability of a value below {@code x}, to 1e-15: the series of Marsaglia (Journal of
   * Statistical Software 11(4), 2004) near 0, Laplace's continued fraction in the tails.
   */
  static double below(double x) {
    if (Math.abs(x) > 6) {
      double tail = tail(Math.abs(x));
      return x < 0 ? tail : 1 - tail;
    }
    double term = x;
    double sum = x;
    double last = Double.NaN;
    for (int i = 3; sum != last; i += 2) {
      last = sum;
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * density(x);
  }

  /** The value below which a share {@code p} lies, found by bisection. */
  static double quantile(double p) {
    if (!(p > 0 && p < 1)) {
      return p <= 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    double low = -39;
    double high = 39;
    for (int i = 0; i < 200 && low < high; i++) {
      double middle = (low + high) / 2;
      if (below(middle) < p) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  private static double tail(double x) {
    double fraction = x;
    for (int i = 200; i > 0; i--) {
      fraction = x + i / fraction;
    }
    return density(x) / fraction;
  }

  private static double density(double x) {
    return Math.exp(-x * x / 2) / ROOT;
  }
}
