package io.vlm4j.eval.metric;

/** A confidence interval; both ends belong to it. */
public record Interval(double low, double high) {
  /** Whether a value lies in it. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
