package io.vlm4j.model;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Precision;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Device;

/**
 * The memory that a language model takes to answer, worked out before it is loaded.
 *
 * @param weights bytes of the parameters, in int8 with their scales
 * @param kept bytes of keys and values of all tokens, with room to grow
 * @param working bytes of one layer's intermediate results, while the prompt is read; in int8 at
 *     least one matrix in f32, of which there is one while the model is loaded
 */
public record MemoryPlan(long weights, long kept, long working) {
  /** Libraries, the tokenizer, the JVM's own. */
  private static final long PROGRAM = 512L << 20;

  private static final int F32 = 4;

  /**
   * How many numbers a model holds for each token of each row.
   *
   * @param kept keys and values of all layers, as long as a text grows
   * @param working the widest intermediate results of one layer
   */
  public record TokenCost(long kept, long working) {}

  /** For texts of that many tokens, prompt and answer together, in so many rows. */
  public static MemoryPlan of(
      ModelSpec<?> spec, Precision precision, Device device, int rows, int tokens) {
    Precision held = precision.on(device);
    long bytes = held == Precision.BF16 ? 2 : F32;
    Set<String> int8 = held == Precision.INT8 ? spec.int8Names() : Set.of();
    long weights = 0;
    long largest = 0;
    for (var entry : spec.shapes().entrySet()) {
      long[] shape = entry.getValue();
      long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      if (int8.contains(entry.getKey())) {
        weights += count + F32 * shape[0];
        largest = Math.max(largest, F32 * count);
      } else {
        weights += count * bytes;
      }
    }
    TokenCost cost = spec.tokenCost();
    long all = (long) rows * tokens;
    return new MemoryPlan(
        weights, all * cost.kept() * bytes * 3 / 2, Math.max(all * cost.working() * F32, largest));
  }

  /** All of it, in bytes. */
  public long total() {
    return weights + kept + working + PROGRAM;
  }

  /** What this machine has left for it, in bytes. */
  public static long available() {
    long whole =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean bean
            ? bean.getTotalMemorySize() // of the container, if it is one
            : Long.MAX_VALUE;
    return Math.min(whole, Pointer.availablePhysicalBytes());
  }

  /**
   * Refuses a model that cannot be held.
   *
   * @param available bytes
   * @throws InputException with the numbers, if there is less memory than needed
   */
  public void requireFits(long available) {
    if (total() > available) {
      throw new InputException(
          "%s is more than the %s that are free: %s"
              .formatted(
                  this,
                  size(available),
                  "choose --precision bf16 or int8, fewer --max-tokens, or a smaller model"));
    }
  }

  @Override
  public String toString() {
    return "%s (weights %s, keys and values %s, working %s, program %s)"
        .formatted(size(total()), size(weights), size(kept), size(working), size(PROGRAM));
  }

  private static String size(long bytes) {
    return bytes >= 1L << 30
        ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30))
        : String.format(Locale.ROOT, "%.0f MiB", bytes / (double) (1L << 20));
  }
}
