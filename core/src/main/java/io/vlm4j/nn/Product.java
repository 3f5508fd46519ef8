package io.vlm4j.nn;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Operator;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Products with the matrices of a model, each in the way that is quickest here. */
final class Product {
  /** With more rows, widening a matrix costs less than the product that reads it in 8 bits. */
  private static final long FEW_INT8 = 16;

  /** With more rows, what OpenBLAS does with the matrix before it multiplies no longer counts. */
  private static final long FEW_FLOATS = 32;

  /** With more rows, widening costs less than bf16, which libtorch multiplies row by row. */
  private static final long FEW_BF16 = 6;

  /** The product with 8 bits reads so many columns at once; it is trusted with whole steps only. */
  private static final long STEP = 64;

  /** Numbers of a matrix that are widened at a time: 4 MB, which stay in the caches. */
  private static final long BLOCK = 1 << 20;

  private Product() {}

  /** What is looked up once. */
  private static final class Cpu {
    /** libtorch's product of floats with 8 bits, which the bindings lack. */
    static final Operator INT8 = Operator.aten("_weight_int8pack_mm", "");

    static final boolean MULTIPLIES_BF16 =
        Precision.AUTO.on(Engine.device("cpu")) == Precision.BF16;
  }

  /**
   * {@code x W^T + b}: {@code [..., in] -> [..., out]}.
   *
   * <p>Without gradients, on the CPU, floats go the way that is quickest for their number. More
   * than a few rows with a matrix in bf16 are multiplied in f32 on a processor that does not
   * multiply bf16.
   *
   * @param weight {@code [out, in]}; in half the precision it takes {@code x} in its own
   */
  static Tensor of(Tensor x, Tensor weight, @Nullable Tensor bias) {
    Tensor in = Tensors.inTypeOf(weight, x);
    ScalarType type = weight.scalar_type().intern();
    if (x.is_cpu() && !GradMode.is_enabled() && in.scalar_type().intern() == type) {
      if (type == ScalarType.Float) {
        return shaped(ofFloats(rows(in, weight), weight, bias), x, weight);
      }
      long count = x.numel() / weight.size(1);
      if (type == ScalarType.BFloat16 && count > FEW_BF16 && !Cpu.MULTIPLIES_BF16) {
        return shaped(added(widened(rows(in, weight), weight), bias), x, weight).to(type);
      }
    }
    return torch.linear(in, weight, Tensors.optional(bias));
  }

  /**
   * {@code [R, in] -> [R, out]}. A single row, as in writing token by token, is multiplied as a
   * vector: the product of matrices would first copy the whole of W into an order of its own, which
   * takes four times as long. A few rows do without that copy where W is kept in order; elsewhere
   * it is quicker if W stands on the left, {@code (W x^T)^T}.
   */
  private static Tensor ofFloats(Tensor rows, Tensor weight, @Nullable Tensor bias) {
    if (rows.size(0) == 1) {
      Tensor vector = rows.view(-1);
      return bias == null ? weight.mv(vector) : torch.addmv(bias, weight, vector);
    }
    Tensor packed = PackedMatrices.product(rows, weight, bias);
    if (packed != null) {
      return packed;
    }
    if (rows.size(0) <= FEW_FLOATS) {
      Tensor columns = rows.t(); // [in, R]
      Tensor sums =
          bias == null
              ? weight.mm(columns)
              : torch.addmm(bias.unsqueeze(1), weight, columns); // [out, R]
      return sums.t().contiguous();
    }
    return torch.linear(rows, weight, Tensors.optional(bias));
  }

  /**
   * The same with a matrix whose row r is {@code scales[r] * weight[r]}, in f32; no gradient flows
   * through it.
   *
   * @param weight i8 {@code [out, in]}
   * @param scales f32 {@code [out]}
   */
  static Tensor ofInt8(Tensor x, Tensor weight, Tensor scales, @Nullable Tensor bias) {
    Tensor rows = rows(x, weight);
    boolean isFew = rows.size(0) <= FEW_INT8 && weight.size(1) % STEP == 0 && x.is_cpu();
    Tensor sums = isFew ? few(rows, weight) : widened(rows, weight); // [R, out]
    return shaped(added(sums.mul_(scales), bias), x, weight);
  }

  private static Tensor few(Tensor rows, Tensor weight) {
    Tensor x = rows.to(ScalarType.BFloat16).contiguous();
    // Scales of one, for the operator would round ours to bf16.
    Tensor ones = torch.ones(new long[] {weight.size(0)}, x.options());
    return Cpu.INT8.result(x, weight, ones).to(ScalarType.Float);
  }

  /** In f32, by blocks of the matrix: {@code [R, in] -> [R, out]}. */
  private static Tensor widened(Tensor rows, Tensor weight) {
    Tensor x = rows.to(ScalarType.Float);
    long out = weight.size(0);
    long step = Math.min(out, blockRows(weight));
    Tensor all = torch.empty(new long[] {x.size(0), out}, x.options(), null);
    Tensor block = torch.empty(new long[] {step, weight.size(1)}, x.options(), null);
    for (long from = 0; from < out; from += step) {
      try (var _ = new Scope()) {
        long to = Math.min(out, from + step);
        Tensor wide = Tensors.slice(block, 0, 0, to - from);
        wide.copy_(Tensors.slice(weight, 0, from, to));
        Tensor sums = torch.linear(x, wide, Tensors.optional(null));
        Tensors.slice(all, 1, from, to).copy_(sums);
      }
    }
    return all;
  }

  /** How many rows of a matrix are converted at a time. */
  static long blockRows(Tensor weight) {
    return Math.max(1, BLOCK / weight.size(1));
  }

  private static Tensor added(Tensor sums, @Nullable Tensor bias) {
    return bias == null ? sums : sums.add_(bias);
  }

  /** {@code [..., in] -> [R, in]}. */
  private static Tensor rows(Tensor x, Tensor weight) {
    return x.reshape(-1, weight.size(1));
  }

  /** With the leading dimensions of {@code x}. */
  private static Tensor shaped(Tensor rows, Tensor x, Tensor weight) {
    long[] shape = x.shape();
    shape[shape.length - 1] = weight.size(0);
    return rows.view(shape);
  }
}
