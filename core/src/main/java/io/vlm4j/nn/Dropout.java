package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * In training, sets numbers to zero by chance and makes the others larger, so that their mean stays
 * (1207.0580); of the same shape.
 */
public final class Dropout extends Layer {
  private final double probability;

  /** Drops that share of the numbers. */
  public Dropout(double probability) {
    if (!(probability >= 0 && probability < 1)) {
      throw new InputException("dropout must lie in [0, 1), not " + probability);
    }
    this.probability = probability;
  }

  @Override
  public Tensor forward(Tensor x) {
    return probability > 0 && isTraining() ? torch.dropout(x, probability, true) : x;
  }
}
