package io.vlm4j.nn;

import io.vlm4j.tensor.Scope;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of one attention that later queries look at again: {@code [B, H, L, D/H]}
 * each. It owns them, whatever scope they were made in; closing it frees them.
 *
 * <p>Of a sequence of L positions, each step copies what was there before: L^2 in all, which for
 * captions is little beside the model.
 */
public final class KeyValueCache implements AutoCloseable {
  private @Nullable Tensor keys;
  private @Nullable Tensor values;

  /** The number of positions. */
  public long length() {
    return keys == null ? 0 : keys.size(2);
  }

  /** The number of sequences, B. */
  public long rows() {
    return keys().size(0);
  }

  Tensor keys() {
    return Objects.requireNonNull(keys, "nothing is kept yet");
  }

  Tensor values() {
    return Objects.requireNonNull(values, "nothing is kept yet");
  }

  /** Adds positions behind those that are there. */
  void append(Tensor newKeys, Tensor newValues) {
    keys = replaced(keys, joined(keys, newKeys));
    values = replaced(values, joined(values, newValues));
  }

  /**
   * Makes row i what row {@code rows[i]} was.
   *
   * @param rows i64 {@code [B']}
   */
  public void select(Tensor rows) {
    keys = replaced(keys, keys().index_select(0, rows));
    values = replaced(values, values().index_select(0, rows));
  }

  private static Tensor joined(@Nullable Tensor before, Tensor added) {
    return before == null
        ? added.contiguous().clone() // not a view, which would hold on to what it is a part of
        : torch.cat(new TensorVector(before, added), 2);
  }

  private static Tensor replaced(@Nullable Tensor before, Tensor now) {
    Tensor kept = Scope.keep(now);
    if (before != null) {
      before.close();
    }
    return kept;
  }

  @Override
  public void close() {
    if (keys != null && values != null) {
      keys.close();
      values.close();
    }
  }
}
