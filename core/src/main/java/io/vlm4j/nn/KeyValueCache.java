package io.vlm4j.nn;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of one attention that later queries look at again: {@code [B, H, L, d]} each.
 * It owns them, whatever scope they were made in; closing it frees them. No gradient flows through
 * it.
 *
 * <p>Room grows by half of what is needed, so that a text of L positions costs L in copies and not
 * L^2. At most a third of the memory is room.
 */
public final class KeyValueCache implements AutoCloseable {
  private @Nullable Tensor keys; // [B, H, room, d], of which the first positions count
  private @Nullable Tensor values;
  private long length;

  /** The number of positions. */
  public long length() {
    return length;
  }

  /** The number of sequences, B. */
  public long rows() {
    return held(keys).size(0);
  }

  /** Bytes of native memory that it takes, room included. */
  public long bytes() {
    return keys == null || values == null ? 0 : keys.nbytes() + values.nbytes();
  }

  Tensor keys() {
    return Tensors.slice(held(keys), 2, 0, length);
  }

  Tensor values() {
    return Tensors.slice(held(values), 2, 0, length);
  }

  private static Tensor held(@Nullable Tensor tensor) {
    return Objects.requireNonNull(tensor, "nothing is kept yet");
  }

  /** Adds positions behind those that are there. */
  void append(Tensor newKeys, Tensor newValues) {
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      keys = extended(keys, newKeys);
      values = extended(values, newValues);
    }
    length += newKeys.size(2);
  }

  private Tensor extended(@Nullable Tensor before, Tensor added) {
    long needed = length + added.size(2);
    if (before == null) {
      // Not a view, which would hold on to what it is a part of.
      return Scope.keep(added.detach().contiguous().clone());
    }
    Tensor all = before;
    if (needed > before.size(2)) {
      long[] shape = before.shape();
      shape[2] = needed + needed / 2;
      all = Scope.keep(torch.empty(shape, before.options(), null));
      Tensors.slice(all, 2, 0, length).copy_(Tensors.slice(before, 2, 0, length));
      before.close();
    }
    Tensors.slice(all, 2, length, needed).copy_(added);
    return all;
  }

  /**
   * Makes row i what row {@code rows[i]} was.
   *
   * @param rows i64 {@code [B']}
   */
  public void select(Tensor rows) {
    keys = selected(held(keys), rows);
    values = selected(held(values), rows);
  }

  private static Tensor selected(Tensor before, Tensor rows) {
    Tensor kept = Scope.keep(before.index_select(0, rows));
    before.close();
    return kept;
  }

  /** Frees what is kept; another call does nothing. */
  @Override
  public void close() {
    if (keys != null && values != null) {
      keys.close();
      values.close();
    }
    keys = null;
    values = null;
    length = 0;
  }
}
