package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A matrix {@code [out, in]} that a module multiplies by, and how it is held: in floats, or, to
 * answer with, in 8 bits. Then row r is {@code scales[r] * values[r]}, of which the values are
 * whole numbers from -127 to 127, and the scale is a 127th of the row's largest magnitude: no
 * number is further than half a scale from what it was. No gradient flows through 8 bits.
 *
 * <p>Of a few rows, as in writing token by token, libtorch has a quick product with 8 bits for bf16
 * alone: there the input and each sum are rounded to bf16, by at most a 256th, which is less than
 * the 8 bits do. For many rows the matrix is widened to f32 block by block.
 */
public final class Matrix {
  private static final int LARGEST = 127;

  private final Module owner;
  private final String name;
  private final Tensor values;
  private @Nullable Tensor scales; // f32 [out]

  /** A registered parameter as a matrix; {@code owner} frees it. */
  Matrix(Module owner, String name, Tensor values) {
    this.owner = owner;
    this.name = name;
    this.values = values;
  }

  /** The numbers, whole ones if it is held in 8 bits. */
  Tensor values() {
    return values;
  }

  /** Whether it is held in 8 bits. */
  public boolean isInt8() {
    return scales != null;
  }

  /**
   * Takes other values and holds them in 8 bits from now on.
   *
   * @param floats of the same shape and any floating type; converted block by block
   * @throws InputException if there are infinite values, or some that are no numbers
   */
  public void holdInt8(Tensor floats) {
    if (isInt8()) {
      throw new IllegalStateException(name + " is held in int8 already");
    }
    if (!Arrays.equals(floats.shape(), values.shape())) {
      throw new IllegalArgumentException(
          "%s is %s, not %s"
              .formatted(name, Arrays.toString(values.shape()), Arrays.toString(floats.shape())));
    }
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      long out = values.size(0);
      Tensor codes = Tensors.held(values.shape(), new TensorOptions(ScalarType.Char));
      Tensor sizes = Tensors.empty(ScalarType.Float, out, 1);
      long step = Product.blockRows(values);
      for (long from = 0; from < out; from += step) {
        long to = Math.min(out, from + step);
        quantise(
            Tensors.slice(floats, 0, from, to),
            Tensors.slice(codes, 0, from, to),
            Tensors.slice(sizes, 0, from, to));
      }
      values.set_requires_grad(false);
      values.set_data(codes);
      scales = owner.buffer(name + ".scales", sizes.view(out));
    }
  }

  private void quantise(Tensor floats, Tensor codes, Tensor sizes) {
    try (var _ = new Scope()) {
      Tensor w = floats.to(ScalarType.Float);
      Tensor size = w.abs().amax(new long[] {1}, true).div(new Scalar(LARGEST)); // [rows, 1]
      if (!size.isfinite().all().item_bool()) {
        throw new InputException(
            "%s.%s holds infinite values or some that are no numbers"
                .formatted(owner.path(), name));
      }
      size.masked_fill_(size.eq(new Scalar(0)), new Scalar(1)); // a row of zeros stays one
      var least = new ScalarOptional(new Scalar(-LARGEST));
      var most = new ScalarOptional(new Scalar(LARGEST));
      codes.copy_(w.div(size).round_().clamp_(least, most));
      sizes.copy_(size);
    }
  }

  /** {@code x W^T + b}: {@code [..., in] -> [..., out]}; f32 if the matrix is held in 8 bits. */
  Tensor product(Tensor x, @Nullable Tensor bias) {
    return scales == null ? Product.of(x, values, bias) : Product.ofInt8(x, values, scales, bias);
  }

  /** The rows of these numbers: i64 {@code [...] -> [..., in]}. */
  Tensor rows(Tensor ids) {
    Tensor found = torch.embedding(values, ids);
    return scales == null
        ? found
        : found.to(ScalarType.Float).mul_(torch.embedding(scales.unsqueeze(1), ids));
  }
}
