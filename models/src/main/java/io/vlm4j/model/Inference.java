package io.vlm4j.model;

import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * Runs one model for any number of threads. Batches are prepared by all callers at once, and
 * computed one at a time: several would only fight for the same cores.
 */
final class Inference {
  private static final int BATCH = 64;

  private final Device device;

  Inference(Device device) {
    this.device = device;
  }

  /** Makes the batch of some of the inputs. */
  interface Prepare {
    Batch of(int from, int to);
  }

  /** What the model makes of a batch, whose first input has the number {@code from}. */
  interface Compute<R> {
    List<R> of(Batch batch, int from);
  }

  /** The rows {@code [n, ...]} that the model makes of n inputs. */
  interface Rows {
    Tensor of(Batch batch);
  }

  /** One row for each of {@code count} inputs. */
  float[][] rows(int count, Prepare prepare, Rows compute) {
    return inBatches(count, prepare, (batch, _) -> List.of(Tensors.toRows(compute.of(batch))))
        .toArray(float[][]::new);
  }

  <R> List<R> inBatches(int count, Prepare prepare, Compute<R> compute) {
    return inBatches(count, BATCH, prepare, compute);
  }

  <R> List<R> inBatches(int count, int size, Prepare prepare, Compute<R> compute) {
    var results = new ArrayList<R>();
    for (int from = 0; from < count; from += size) {
      try (var _ = new Scope();
          var _ = new NoGrad();
          Batch batch = prepare.of(from, Math.min(count, from + size)).to(device)) {
        synchronized (this) {
          results.addAll(compute.of(batch, from));
        }
      }
    }
    return results;
  }

  /** Runs work of the model that brings its own batches. */
  synchronized <T> T alone(Supplier<T> work) {
    return work.get();
  }
}
