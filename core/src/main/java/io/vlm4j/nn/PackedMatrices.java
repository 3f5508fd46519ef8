package io.vlm4j.nn;

import io.vlm4j.tensor.Operator;
import io.vlm4j.tensor.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.jspecify.annotations.Nullable;

/**
 * While it is open, this thread's f32 products with the matrices of a model, on the CPU and without
 * gradients, read the matrices in oneDNN's order. Each is put in that order once, at its first
 * product. Otherwise OpenBLAS copies the whole matrix into an order of its own for every product,
 * which takes longer than the product itself where rows are few: when several texts are written
 * token by token.
 *
 * <p>Matrices must not change meanwhile. At most 256 MB are taken for those in order; others are
 * multiplied as they are.
 *
 * <pre>{@code
 * try (var _ = new PackedMatrices(rows)) {
 *   ... // the same model, again and again
 * }
 * }</pre>
 */
public final class PackedMatrices implements AutoCloseable {
  private static final long MOST_BYTES = 256 << 20;

  private static final ThreadLocal<@Nullable PackedMatrices> OPEN = new ThreadLocal<>();

  /** Libtorch's own; absent from one that was built without oneDNN. */
  private static final class OneDnn {
    static final Optional<Operator> PACK = Operator.find("mkldnn", "_reorder_linear_weight", "");
    static final Optional<Operator> PRODUCT = Operator.find("mkldnn", "_linear_pointwise", "");
  }

  private final long rows;
  private final @Nullable PackedMatrices outer = OPEN.get();
  private final Map<Place, Tensor> packed = new HashMap<>();
  private long bytes;

  /** Where a matrix is, which tells it from others as long as none is freed. */
  private record Place(long address, long out, long in) {}

  /**
   * Opens it for this thread.
   *
   * @param rows of most products, on which oneDNN's order depends; a single one needs no order
   */
  public PackedMatrices(long rows) {
    this.rows = rows;
    OPEN.set(this);
  }

  /**
   * {@code x W^T + b}, if this thread keeps W in order.
   *
   * @param x f32 {@code [R, in]}
   * @param weight f32 {@code [out, in]}, rows of a parameter
   * @return f32 {@code [R, out]}, or null
   */
  static @Nullable Tensor product(Tensor x, Tensor weight, @Nullable Tensor bias) {
    PackedMatrices open = OPEN.get();
    if (open == null || open.rows == 1 || torch.is_autocast_enabled(DeviceType.CPU)) {
      return null;
    }
    Tensor matrix = open.packed(weight);
    return matrix == null
        ? null
        : OneDnn.PRODUCT.orElseThrow().result(x, matrix, bias, "none", List.of(), "");
  }

  private @Nullable Tensor packed(Tensor weight) {
    if (OneDnn.PRODUCT.isEmpty() || OneDnn.PACK.isEmpty() || !weight.is_contiguous()) {
      return null;
    }
    var place = new Place(weight.data_ptr().address(), weight.size(0), weight.size(1));
    Tensor known = packed.get(place);
    if (known == null && bytes + weight.nbytes() <= MOST_BYTES) {
      known = Scope.keep(OneDnn.PACK.get().result(weight, rows));
      packed.put(place, known);
      bytes += weight.nbytes();
    }
    return known;
  }

  @Override
  public void close() {
    packed.values().forEach(Tensor::close);
    packed.clear();
    OPEN.set(outer);
  }
}
