package io.vlm4j.train;

/**
 * The learning rate at each step: linear warm-up, then half a cosine to zero, as OpenCLIP counts
 * them.
 *
 * @param peak the highest rate
 * @param warmup number of warm-up steps; step {@code i} of them has {@code peak * (i + 1) / warmup}
 * @param steps of the whole training
 */
public record Schedule(double peak, long warmup, long steps) {
  /** The rate of step {@code step}, counted from 0. */
  public double at(long step) {
    if (step < warmup) {
      return peak * (step + 1) / warmup;
    }
    double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
    return 0.5 * (1 + Math.cos(Math.PI * progress)) * peak;
  }
}
