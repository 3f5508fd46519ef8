package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.98;
  private static final double EPSILON = 1e-6;
  private static final double DECAY = 0.2;

  private final long seed = Randomness.ofTest().nextLong();
  private final Random random = new Random(seed);

  /** AdamW of one tensor as the paper writes it, in double precision. */
  private static final class Reference {
    final double[] values;
    final double[] mean;
    final double[] square;
    final double decay;
    int steps;

    Reference(float[] start, double decay) {
      values = new double[start.length];
      for (int i = 0; i < start.length; i++) {
        values[i] = start[i];
      }
      mean = new double[start.length];
      square = new double[start.length];
      this.decay = decay;
    }

    void step(float[] gradient, double learningRate) {
      steps++;
      for (int i = 0; i < values.length; i++) {
        values[i] -= learningRate * decay * values[i];
        mean[i] = BETA1 * mean[i] + (1 - BETA1) * gradient[i];
        square[i] = BETA2 * square[i] + (1 - BETA2) * gradient[i] * gradient[i];
        double m = mean[i] / (1 - Math.pow(BETA1, steps));
        double v = square[i] / (1 - Math.pow(BETA2, steps));
        values[i] -= learningRate * m / (Math.sqrt(v) + EPSILON);
      }
    }
  }

  @Test
  void twentyStepsEqualThePapersAlgorithmAndOnlyMatricesDecay() {
    try (var _ = new Scope()) {
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      parameters.put("matrix", parameter(4, 6));
      parameters.put("gain", parameter(5));
      parameters.put("kernel", parameter(2, 3, 2, 2));
      parameters.put("scale", parameter());
      var references = new LinkedHashMap<String, Reference>();
      parameters.forEach((name, tensor) ->
          references.put(
              name, new Reference(Tensors.toFloats(tensor), tensor.dim() < 2 ? 0 : DECAY)));

      try (var optimizer = new AdamW(parameters, BETA1, BETA2, EPSILON, DECAY)) {
        for (int step = 0; step < 20; step++) {
          double rate = 0.1 / (1 + step);
          parameters.forEach(
              (name, tensor) -> references.get(name).step(giveGradient(tensor), rate));
          optimizer.step(rate);
        }
      }

      parameters.forEach((name, tensor) -> {
        float[] values = Tensors.toFloats(tensor);
        for (int i = 0; i < values.length; i++) {
          assertThat((double) values[i])
              .as("%s[%d], seed %d", name, i, seed)
              .isCloseTo(references.get(name).values[i], within(2e-5));
        }
      });
    }
  }

  @Test
  void gradientsAreForgottenAndParametersWithoutOneStay() {
    try (var _ = new Scope()) {
      Tensor moved = parameter(2, 2);
      Tensor still = parameter(2, 2);
      float[] before = Tensors.toFloats(still);
      try (var optimizer = new AdamW(Map.of("moved", moved, "still", still), 0.9, 0.99, 1e-8, 1)) {
        giveGradient(moved);
        optimizer.step(0.1);
        float[] after = Tensors.toFloats(moved);
        optimizer.step(0.1);

        assertThat(moved.grad().defined()).isFalse();
        assertThat(Tensors.toFloats(moved)).as("seed %d", seed).isEqualTo(after);
        assertThat(Tensors.toFloats(still)).isEqualTo(before);
        assertThat(Tensors.toFloats(optimizer.state().get("step.moved"))).containsExactly(1);
        assertThat(Tensors.toFloats(optimizer.state().get("step.still"))).containsExactly(0);
      }
    }
  }

  @Test
  void theStateIsNamedAfterTheParameters() {
    try (var _ = new Scope();
        var optimizer = new AdamW(Map.of("gain", parameter(3)), 0.9, 0.99, 1e-8, 0)) {
      assertThat(optimizer.state())
          .containsOnlyKeys("exp_avg.gain", "exp_avg_sq.gain", "step.gain");
    }
  }

  private Tensor parameter(long... shape) {
    return random(shape).set_requires_grad(true);
  }

  /** Gives a parameter a random gradient, and returns its values. */
  private float[] giveGradient(Tensor parameter) {
    try (var _ = new Scope()) {
      Tensor gradient = random(parameter.shape());
      parameter.mul(gradient).sum().backward();
      return Tensors.toFloats(gradient);
    }
  }

  private Tensor random(long... shape) {
    int size = 1;
    for (long side : shape) {
      size *= (int) side;
    }
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(values, shape);
  }
}
