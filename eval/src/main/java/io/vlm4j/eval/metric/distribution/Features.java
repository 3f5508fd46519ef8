package io.vlm4j.eval.metric.distribution;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Rows of features as tensors of double precision. */
final class Features {
  private Features() {}

  static void requireComparable(String metric, float[][] first, float[][] second) {
    Checks.atLeast(metric, "samples of the first set", 2, first.length);
    Checks.atLeast(metric, "samples of the second set", 2, second.length);
    int a = Checks.width(metric, "features of the first set", first);
    int b = Checks.width(metric, "features of the second set", second);
    if (a != b) {
      throw new InputException(
          "%s: features of width %d and of width %d; both must come from one network"
              .formatted(metric, a, b));
    }
    requireFinite(metric, first);
    requireFinite(metric, second);
  }

  static Tensor tensor(float[][] rows) {
    int width = rows[0].length;
    var flat = new float[Math.multiplyExact(rows.length, width)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * width, width);
    }
    return Tensors.of(flat, rows.length, width).to(ScalarType.Double);
  }

  static Tensor divided(Tensor tensor, double divisor) {
    return tensor.div(new Scalar(divisor));
  }

  private static void requireFinite(String metric, float[][] rows) {
    for (int i = 0; i < rows.length; i++) {
      for (float value : rows[i]) {
        if (!Float.isFinite(value)) {
          throw new InputException("%s: row %d holds %s".formatted(metric, i, value));
        }
      }
    }
  }
}
