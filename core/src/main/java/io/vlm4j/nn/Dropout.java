package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * In training, sets numbers to zero by chance and makes the others larger, so that their mean stays
 * (1207.0580); of the same shape.
 */
public final class Dropout extends Layer {
  private static final double VALUES = 1 << Short.SIZE;

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
    if (probability == 0 || !isTraining()) {
      return x;
    }
    return x.is_cpu() ? dropped(x) : torch.dropout(x, probability, true);
  }

  /**
   * The same in a third of the time: on the CPU libtorch draws 64 random bits for each number, one
   * after the other. 16 of them decide as well, to 1 / 65536 of the probability.
   */
  private Tensor dropped(Tensor x) {
    long drawn = (x.numel() + 3) / 4;
    Tensor bits = Tensors.empty(ScalarType.Long, drawn).random_(Long.MIN_VALUE, new LongOptional());
    Tensor numbers =
        Tensors.slice(bits.view(ScalarType.Short), 0, 0, x.numel()).view(x.shape()); // all of int16
    long below = Math.round(probability * VALUES);
    Tensor kept = numbers.ge(new Scalar(Short.MIN_VALUE + below)).to(x.scalar_type());
    return x.mul(kept.mul_(new Scalar(VALUES / (VALUES - below))));
  }
}
