package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Products with the matrices of a model. */
final class Product {
  private Product() {}

  /**
   * {@code x W^T + b}: {@code [..., in] -> [..., out]}.
   *
   * <p>A single row, as in writing token by token, is multiplied as a vector on the CPU: the
   * product of matrices would first copy the whole of W into an order of its own, which takes four
   * times as long.
   *
   * @param weight {@code [out, in]}; in half the precision it takes {@code x} in its own
   */
  static Tensor of(Tensor x, Tensor weight, @Nullable Tensor bias) {
    Tensor in = Tensors.inTypeOf(weight, x);
    boolean isVector = x.numel() == weight.size(1);
    if (isVector
        && x.is_cpu()
        && !GradMode.is_enabled()
        && in.scalar_type().intern() == ScalarType.Float
        && weight.scalar_type().intern() == ScalarType.Float) {
      Tensor vector = in.reshape(-1);
      long[] shape = x.shape();
      shape[shape.length - 1] = weight.size(0);
      return (bias == null ? weight.mv(vector) : torch.addmv(bias, weight, vector)).view(shape);
    }
    return torch.linear(in, weight, Tensors.optional(bias));
  }
}
