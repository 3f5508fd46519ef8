package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** First values of parameters; all f32 on the CPU, drawn from the engine's seeded stream. */
public final class Init {
  private Init() {}

  /** Independent normal values with mean 0. */
  public static Tensor normal(double std, long... shape) {
    return Tensors.zeros(ScalarType.Float, shape).normal_(0, std, null);
  }

  /** All zeros. */
  public static Tensor zeros(long... shape) {
    return Tensors.zeros(ScalarType.Float, shape);
  }

  /** One value everywhere; without a shape, a scalar. */
  public static Tensor constant(double value, long... shape) {
    return Tensors.zeros(ScalarType.Float, shape).fill_(new Scalar((float) value));
  }
}
