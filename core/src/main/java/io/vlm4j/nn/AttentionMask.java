package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Which positions a query may attend. */
public sealed interface AttentionMask {
  /** All of them. */
  AttentionMask NONE = new None();

  /** Itself and those before it. */
  AttentionMask CAUSAL = new Causal();

  /**
   * Each of {@code count} positions may attend itself and all before it, of which {@code before}
   * are keys already.
   */
  static AttentionMask causalAfter(long before, long count, Device device) {
    return causalAfter(before, count, 0, null, device);
  }

  /**
   * The same, of which a position sees only the nearest.
   *
   * @param window how many a position sees, itself included, as in Mistral (2310.06825); 0 for all
   * @param starts the first position of each row that is no padding, i64 {@code [B]}; null if all
   *     rows begin at 0. Padding sees itself, so that its numbers stay finite.
   */
  static AttentionMask causalAfter(
      long before, long count, long window, @Nullable Tensor starts, Device device) {
    long all = before + count;
    boolean seesAll = starts == null && (window == 0 || window >= all);
    if (seesAll && before == 0) {
      return CAUSAL;
    }
    if (seesAll && count == 1) {
      return NONE;
    }
    Tensor keys = positions(all, device);
    Tensor queries = Tensors.slice(keys, 0, before, all).view(1, 1, -1, 1);
    keys = keys.view(1, 1, 1, -1);
    Tensor allowed = keys.le(queries); // [1, 1, L, before+L]
    if (window != 0) {
      allowed = allowed.logical_and(keys.gt(queries.sub(new Scalar(window))));
    }
    if (starts != null) {
      Tensor isText = keys.ge(starts.view(-1, 1, 1, 1)).logical_or(keys.eq(queries));
      allowed = allowed.logical_and(isText); // [B, 1, L, before+L]
    }
    return new Allowed(allowed);
  }

  private static Tensor positions(long count, Device device) {
    return torch
        .arange(new Scalar(count), new TensorOptions(ScalarType.Long))
        .to(device, ScalarType.Long);
  }

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
      Tensor keys = positions(length, at.device());
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
