package io.vlm4j.model.contrastive;

import io.vlm4j.tensor.NoGrad;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Holds the logarithm of a logit scale within bounds after each step, as OpenCLIP does, but for a
 * scale that lies outside already, as some trained checkpoints' do: a clamp would change all logits
 * of such a model at the first step. It may come nearer to the bound, and not go farther away.
 */
public final class LogitScaleBound {
  private final Tensor logScale;
  private final double least;
  private final double most;
  private double floor;
  private double ceiling;

  /** Bounds of a parameter, which stays its model's. */
  public LogitScaleBound(Tensor logScale, double least, double most) {
    this.logScale = logScale;
    this.least = least;
    this.most = most;
    floor = least;
    ceiling = most;
  }

  /** Takes note of the scale before a step. */
  public void note() {
    double value = logScale.item_double();
    floor = Math.min(least, value);
    ceiling = Math.max(most, value);
  }

  /** Clamps after a step. */
  public void hold() {
    try (var _ = new NoGrad()) {
      logScale.clamp_(
          new ScalarOptional(new Scalar((float) floor)),
          new ScalarOptional(new Scalar((float) ceiling)));
    }
  }

  /** A line for a scale that lies outside. */
  public List<String> remarks() {
    double value = logScale.item_double();
    if ((float) value <= (float) most && (float) value >= (float) least) {
      return List.of();
    }
    return List.of(
        String.format(
            Locale.ROOT,
            "the logit scale of %.1f lies outside its bounds (at most %.1f): it is not clamped, and"
                + " may only come nearer",
            Math.exp(value),
            Math.exp(most)));
  }
}
