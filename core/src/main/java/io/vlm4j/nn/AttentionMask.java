package io.vlm4j.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Which positions a query may attend. */
public sealed interface AttentionMask {
  /** All of them. */
  AttentionMask NONE = new None();

  /** Itself and those before it. */
  AttentionMask CAUSAL = new Causal();

  /**
   * The mask of one query a sequence, that at position {@code at[b]}.
   *
   * @param at positions, i64 {@code [B]}
   * @param length number of keys
   */
  AttentionMask of(Tensor at, long length);

  /** All positions. */
  record None() implements AttentionMask {
    @Override
    public AttentionMask of(Tensor at, long length) {
      return this;
    }
  }

  /** The position itself and those before it. */
  record Causal() implements AttentionMask {
    @Override
    public AttentionMask of(Tensor at, long length) {
      Tensor keys =
          torch
              .arange(new Scalar(length), new TensorOptions(ScalarType.Long))
              .to(at.device(), ScalarType.Long);
      return new Allowed(keys.view(1, 1, 1, length).le(at.view(-1, 1, 1, 1))); // [B, 1, 1, L]
    }
  }

  /**
   * Those that are true.
   *
   * @param allowed boolean, broadcast to {@code [B, H, queries, keys]}
   */
  record Allowed(Tensor allowed) implements AttentionMask {
    @Override
    public AttentionMask of(Tensor at, long length) {
      Tensor rows = allowed.expand(at.size(0), allowed.size(1), length, length);
      return new Allowed(
          rows.gather(2, at.view(-1, 1, 1, 1).expand(rows.size(0), rows.size(1), 1, length)));
    }
  }
}
