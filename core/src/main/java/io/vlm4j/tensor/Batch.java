package io.vlm4j.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Named tensors that travel together: what a loader hands to a model.
 *
 * <p>A batch owns its tensors; closing it frees them. It may be made by one thread and closed by
 * another.
 */
public final class Batch implements AutoCloseable {
  /** Pictures, f32 {@code [B, 3, H, W]}, normalised. */
  public static final String PIXELS = "pixel_values";

  /** Token ids, i64 {@code [B, L]}, padded. */
  public static final String TOKENS = "input_ids";

  /**
   * The tokens to foretell, i64 {@code [B, L]}: those of {@link #TOKENS} in the same places, and
   * -100 where nothing is to be foretold.
   */
  public static final String LABELS = "labels";

  /** What {@link #LABELS} have where nothing is to be foretold. */
  public static final long IGNORED = -100;

  /** Height and width of each picture before it was prepared, i64 {@code [P, 2]}. */
  public static final String SIZES = "image_sizes";

  /** How well each text fits each picture: f32 {@code [B, B]}, rows sum to 1. */
  public static final String TARGETS = "targets";

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** Adds a tensor and takes it over. */
  public Batch put(String name, Tensor tensor) {
    if (tensors.putIfAbsent(name, Scope.keep(tensor)) != null) {
      throw new IllegalArgumentException("the batch has a '" + name + "' already");
    }
    return this;
  }

  /**
   * The tensor of that name.
   *
   * @throws TensorException if the batch has none
   */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new TensorException("the batch has no '" + name + "', only " + tensors.keySet());
    }
    return tensor;
  }

  /** The tensor of that name, or null if the batch has none. */
  public @Nullable Tensor find(String name) {
    return tensors.get(name);
  }

  /** All tensors, in the order in which they were added. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** The same tensors on {@code device}; this batch is closed if they had to move. */
  public Batch to(Device device) {
    if (device.is_cpu()) {
      return this;
    }
    var moved = new Batch();
    try (this;
        var _ = new Scope()) {
      tensors.forEach((name, tensor) -> moved.put(name, tensor.to(device, tensor.scalar_type())));
    }
    return moved;
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
  }
}
