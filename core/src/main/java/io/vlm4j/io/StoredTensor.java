package io.vlm4j.io;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Where a tensor lies in a mapped file.
 *
 * @param bytes its values, from the first to the last
 * @param strides how many values apart its neighbours are, for each dimension; null if it is
 *     row-major without gaps, so that the bytes are just its values
 */
record StoredTensor(Dtype dtype, long[] shape, MemorySegment bytes, long @Nullable [] strides) {
  /** More dimensions than libtorch's kernels take. */
  static final int MAX_DIMENSIONS = 64;

  /** Copies a stretch of the mapped file into memory of the same size. */
  @FunctionalInterface
  interface Bytes {
    void copy(MemorySegment from, MemorySegment to);
  }

  /**
   * Stays in the cache between the copy and the conversion, and libtorch starts no threads for it.
   */
  private static final long CONVERTED_AT_ONCE = 1 << 15;

  /** A copy in new memory; the innermost scope owns it. */
  Tensor read(Bytes file) {
    if (strides != null) {
      return Scope.run(() -> gather(file));
    }
    Tensor tensor = Tensors.empty(dtype.type(), shape);
    copy(file, 0, tensor);
    return tensor;
  }

  /** Copies the values into {@code target}, which has the same shape. */
  void read(Bytes file, Tensor target) {
    boolean isPlain = strides == null && target.is_cpu() && target.is_contiguous();
    if (isPlain && target.scalar_type().intern() == dtype.type()) {
      copy(file, 0, target);
      return;
    }
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      if (isPlain) {
        convert(file, target.detach().view(-1));
      } else {
        target.copy_(read(file));
      }
    }
  }

  private void convert(Bytes file, Tensor flat) {
    long count = flat.numel();
    Tensor piece = Tensors.empty(dtype.type(), Math.min(count, CONVERTED_AT_ONCE));
    for (long at = 0; at < count; at += CONVERTED_AT_ONCE) {
      try (var _ = new Scope()) {
        long length = Math.min(CONVERTED_AT_ONCE, count - at);
        Tensor part = Tensors.slice(piece, 0, 0, length);
        copy(file, at * dtype.size(), part);
        Tensors.slice(flat, 0, at, at + length).copy_(part);
      }
    }
  }

  /** The values between the first and the last, and of those the tensor's own, side by side. */
  private Tensor gather(Bytes file) {
    Tensor span = Tensors.empty(dtype.type(), bytes.byteSize() / dtype.size());
    copy(file, 0, span);
    long[] apart = strides == null ? new long[0] : strides;
    Tensor view = span.as_strided(shape, apart, new LongOptional(0));
    return Tensors.empty(dtype.type(), shape).copy_(view);
  }

  private void copy(Bytes file, long from, Tensor target) {
    MemorySegment memory = Tensors.memory(target);
    file.copy(bytes.asSlice(from, memory.byteSize()), memory);
    Reference.reachabilityFence(target);
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
