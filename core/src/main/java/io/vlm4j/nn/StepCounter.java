package io.vlm4j.nn;

import io.vlm4j.tensor.NoGrad;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Counts a model's training steps, for what changes in their course; a run that is resumed goes on
 * counting. To be held as a {@linkplain Module#scaffold scaffold}.
 */
public final class StepCounter extends Module {
  private final Tensor steps;

  /** Begins at zero. */
  public StepCounter() {
    steps = buffer("steps", Init.counter());
  }

  /** The number of steps done. */
  public long steps() {
    return steps.item_long();
  }

  /** Counts a step. */
  public void count() {
    try (var _ = new NoGrad()) {
      steps.add_(new Scalar(1L));
    }
  }
}
