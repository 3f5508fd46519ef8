package io.vlm4j.testing;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Derivatives by central differences: what autograd is checked against.
 *
 * <p>In f32 a difference of two outputs keeps about four digits, hence the wide step and the
 * tolerance of 2 % of the largest derivative.
 */
public final class Gradients {
  private static final float STEP = 1e-2f;
  private static final double TOLERANCE = 2e-2;
  private static final int COORDINATES = 6;

  private Gradients() {}

  /**
   * Compares the gradients of {@code sum(output * weights)}, with random weights, at a few random
   * coordinates of each leaf.
   *
   * @param leaves f32 tensors by name; they must require a gradient
   */
  public static void check(Random random, Map<String, Tensor> leaves, Supplier<Tensor> output) {
    try (var _ = new Scope()) {
      Tensor first = output.get();
      float[] weights = Randomness.normal(random, Math.toIntExact(first.numel()));
      first.mul(Tensors.of(weights, first.shape())).sum().backward();
      leaves.forEach((name, leaf) -> check(random, name, leaf, () -> sum(output, weights)));
    }
  }

  /**
   * The same for those leaves whose derivatives are large enough for differences in f32 to tell; of
   * the others, that they have any.
   *
   * @param least the smallest largest derivative of {@code sum(output)} that counts
   */
  public static void checkSteep(
      Random random, Map<String, Tensor> leaves, double least, Supplier<Tensor> output) {
    try (var _ = new Scope()) {
      output.get().sum().backward();
    }
    var steep = new LinkedHashMap<String, Tensor>();
    leaves.forEach((name, leaf) -> {
      try (var _ = new Scope()) {
        double most = leaf.grad().abs().max().item_double();
        if (!(most > 0)) {
          throw new AssertionError("the gradient of " + name + " is " + most);
        }
        if (most >= least) {
          steep.put(name, leaf);
        }
        leaf.grad().zero_();
      }
    });
    if (steep.size() < leaves.size() / 3) {
      throw new AssertionError("of all leaves, only " + steep.keySet() + " are steep");
    }
    check(random, steep, output);
  }

  private static void check(Random random, String name, Tensor leaf, Supplier<Double> loss) {
    float[] gradient = Tensors.toFloats(leaf.grad());
    var values = leaf.data_ptr_float();
    double scale = 0;
    for (float g : gradient) {
      scale = Math.max(scale, Math.abs(g));
    }
    for (int i = 0; i < COORDINATES; i++) {
      int at = random.nextInt(gradient.length);
      float before = values.get(at);
      values.put(at, before + STEP);
      double above = loss.get();
      values.put(at, before - STEP);
      double below = loss.get();
      values.put(at, before);
      double difference = (above - below) / (2.0 * STEP);
      if (!(Math.abs(difference - gradient[at]) <= TOLERANCE * Math.max(scale, 1e-3))) {
        throw new AssertionError(
            "gradient of %s%s at %d is %s, by differences %s"
                .formatted(name, Arrays.toString(leaf.shape()), at, gradient[at], difference));
      }
    }
  }

  private static double sum(Supplier<Tensor> output, float[] weights) {
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      float[] values = Tensors.toFloats(output.get());
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += (double) values[i] * weights[i];
      }
      return sum;
    }
  }
}
