package io.vlm4j.nn;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.TensorException;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers of a few numbers against sums written out, libtorch's own functions, and differences. */
class LayersTest {
  private static final long SEED = 20_300_020L;

  private static Random random() {
    Engine.seed(SEED);
    return Randomness.seeded(SEED);
  }

  private static Tensor normal(Random random, long... shape) {
    int size = 1;
    for (long side : shape) {
      size *= (int) side;
    }
    return Tensors.of(Randomness.normal(random, size), shape);
  }

  /** Gives every parameter of a module random values, biases and norms included. */
  static void randomize(Random random, Module module, double std) {
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      module
          .parameters()
          .values()
          .forEach(p -> p.copy_(normal(random, p.shape()).mul(new Scalar(std))));
    }
  }

  private static void checkGradients(
      Random random, Module module, Map<String, Tensor> inputs, Supplier<Tensor> output) {
    var leaves = new LinkedHashMap<String, Tensor>(module.parameters());
    inputs.forEach((name, input) -> leaves.put(name, input.set_requires_grad(true)));
    Gradients.check(random, leaves, output);
  }

  @Test
  void linearIsTheProductWithTheTransposedWeightPlusTheBias() {
    Random random = random();
    try (var linear = new Linear(3, 2, 1);
        var _ = new Scope()) {
      randomize(random, linear, 1);
      float[] x = {1, -2, 3};
      float[] w = Tensors.toFloats(linear.parameters().get("weight"));
      float[] b = Tensors.toFloats(linear.parameters().get("bias"));
      float[] y = Tensors.toFloats(linear.forward(Tensors.of(x, 1, 3)));
      for (int o = 0; o < 2; o++) {
        float expected = b[o] + x[0] * w[3 * o] + x[1] * w[3 * o + 1] + x[2] * w[3 * o + 2];
        assertThat(y[o]).isCloseTo(expected, within(1e-5f));
      }
      Tensor input = normal(random, 2, 4, 3);
      checkGradients(random, linear, Map.of("x", input), () -> linear.forward(input));
    }
  }

  /** One row, a few and many are multiplied in different ways then. */
  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "2, true", "2, false", "32, true", "32, false", "33, true"})
  void withoutGradientsRowsAreMultipliedAsTheyAreWithThem(int rows, boolean withBias) {
    Random random = random();
    try (var linear = new Linear(37, 50, 1, withBias);
        var _ = new Scope()) {
      randomize(random, linear, 1);
      Tensor x = normal(random, rows, 1, 37);
      Tensor expected = linear.forward(x);
      try (var _ = new NoGrad()) {
        Tensor given = linear.forward(x);
        assertThat(given.shape()).containsExactly(rows, 1, 50);
        assertThat(given.is_contiguous()).isTrue();
        assertThat(distance(given, expected.detach())).isLessThan(1e-5);
      }
    }
  }

  @Test
  void linearWithoutABiasHasOnlyAWeight() {
    try (var linear = new Linear(3, 2, 1, false)) {
      assertThat(linear.parameters().keySet()).containsExactly("weight");
    }
  }

  @Test
  void layerNormGivesMeanZeroAndVarianceOneThenScalesAndShifts() {
    Random random = random();
    try (var norm = new LayerNorm(4, 1e-5);
        var _ = new Scope()) {
      float[] y = Tensors.toFloats(norm.forward(Tensors.of(new float[] {1, 2, 3, 6}, 1, 4)));
      double std = Math.sqrt(3.5 + 1e-5); // of 1, 2, 3, 6 around 3
      double[] expected = {-2 / std, -1 / std, 0, 3 / std};
      for (int i = 0; i < 4; i++) {
        assertThat((double) y[i]).isCloseTo(expected[i], within(1e-6));
      }
      randomize(random, norm, 1);
      Tensor input = normal(random, 2, 3, 4);
      checkGradients(random, norm, Map.of("x", input), () -> norm.forward(input));
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activationsAreTheirDefinitions(Activation activation) {
    try (var _ = new Scope()) {
      float[] points = {-6, -2, -0.5f, 0, 0.25f, 1, 3, 10};
      float[] values = Tensors.toFloats(activation.apply(Tensors.of(points, points.length)));
      for (int i = 0; i < points.length; i++) {
        double x = points[i];
        double expected =
            switch (activation) {
              case GELU -> x * normalDistribution(x);
              case GELU_TANH ->
                  x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
              case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
              case SILU -> x / (1 + Math.exp(-x));
              case RELU -> Math.max(x, 0);
            };
        assertThat((double) values[i]).isCloseTo(expected, within(2e-6));
      }
      assertThat(Activation.of(activation.id())).isEqualTo(activation);
    }
  }

  /** Phi, by Simpson's rule from 0. */
  private static double normalDistribution(double x) {
    int steps = 2000;
    double h = x / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double t = i * h;
      double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-t * t / 2);
    }
    return 0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI);
  }

  @Test
  void anUnknownActivationIsRefusedBesideThoseThatAre() {
    assertRefused(() -> Activation.of("mish"), "'mish'", "quick_gelu");
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void mlpsAreTwoLayersWithTheActivationBetween(Activation activation) {
    Random random = random();
    try (var mlp = new Mlp(3, 5, activation, 1, 1);
        var _ = new Scope()) {
      randomize(random, mlp, 0.7);
      var p = mlp.parameters();
      assertThat(p.keySet()).containsExactly("up.weight", "up.bias", "down.weight", "down.bias");
      Tensor x = normal(random, 2, 4, 3);
      Tensor hidden =
          activation.apply(torch.matmul(x, p.get("up.weight").t()).add(p.get("up.bias")));
      Tensor expected = torch.matmul(hidden, p.get("down.weight").t()).add(p.get("down.bias"));
      assertThat(distance(mlp.forward(x), expected)).isLessThan(1e-5);
      checkGradients(random, mlp, Map.of("x", x), () -> mlp.forward(x));
    }
  }

  @Test
  void embeddingsAreTheRowsOfTheirIds() {
    try (var embedding = new Embedding(4, 2, 1);
        var _ = new Scope()) {
      float[] rows = Tensors.toFloats(embedding.parameters().get("weight"));
      float[] found = Tensors.toFloats(embedding.forward(Tensors.of(new long[] {3, 0}, 1, 2)));
      assertThat(found).containsExactly(rows[6], rows[7], rows[0], rows[1]);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 4})
  void anIdBeyondTheEmbeddingIsOneLine(long id) {
    try (var embedding = new Embedding(4, 2, 1);
        var _ = new Scope()) {
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> embedding.forward(Tensors.of(new long[] {id}, 1)))
          .satisfies(
              e -> assertThat(e.getMessage()).hasLineCount(1).contains("Embedding", "[4, 2]"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void patchEmbeddingIsTheConvolutionOfItsPatches(boolean withBias) {
    Random random = random();
    try (var patches = new PatchEmbedding(4, 5, withBias);
        var _ = new Scope()) {
      randomize(random, patches, 0.3);
      Tensor pixels = normal(random, 2, 3, 9, 14); // a rest of 1 and 2 that is not seen
      var p = patches.parameters();
      Tensor convolved =
          torch.conv2d(
              pixels,
              p.get("weight"),
              Tensors.optional(p.get("bias")),
              new long[] {4, 4},
              new long[] {0, 0},
              new long[] {1, 1},
              1); // [B, D, 2, 3]
      Tensor expected = convolved.flatten(2, 3).transpose(1, 2); // [B, N, D]
      Tensor embedded = patches.forward(pixels);
      assertThat(embedded.shape()).containsExactly(2, 6, 5);
      assertThat(distance(embedded, expected)).isLessThan(1e-5);
      checkGradients(random, patches, Map.of("x", pixels), () -> patches.forward(pixels));
    }
  }

  @ParameterizedTest
  @CsvSource({"3,3,8", "3,8,3", "1,8,8", "4,8,8"})
  void picturesThatDoNotFitThePatchesAreOneLine(long channels, long height, long width) {
    try (var patches = new PatchEmbedding(4, 5, true);
        var _ = new Scope()) {
      Tensor pixels = normal(random(), 1, channels, height, width);
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> patches.forward(pixels))
          .withMessageContaining("at least 4")
          .withMessageContaining("[1, " + channels + ", " + height + ", " + width + "]")
          .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }
  }

  @Test
  void aTransformerIsItsBlocksOneAfterAnother() {
    Random random = random();
    try (var stack = new Transformer(new Transformer.Config(4, 2, 2, 8, Activation.GELU, 1e-5));
        var _ = new Scope()) {
      randomize(random, stack, 0.5);
      var p = stack.parameters();
      Tensor x = normal(random, 2, 3, 4);
      Tensor expected = x;
      for (int i = 0; i < 2; i++) {
        expected = block(expected, p, i + ".");
      }
      assertThat(distance(stack.forward(x, AttentionMask.NONE), expected)).isLessThan(1e-5);
      checkGradients(random, stack, Map.of("x", x), () -> stack.forward(x, AttentionMask.NONE));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "causal", "allowed"})
  void theResultAtOnePositionIsThatOfTheWholeStackThere(String mask) {
    Random random = random();
    try (var stack = new Transformer(new Transformer.Config(6, 2, 2, 8, Activation.GELU, 1e-5));
        var _ = new Scope()) {
      randomize(random, stack, 0.5);
      Tensor x = normal(random, 3, 4, 6);
      Tensor at = Tensors.of(new long[] {2, 0, 3}, 3);
      AttentionMask positions = AttentionTest.mask(mask);
      Tensor all = stack.forward(x, positions);
      Tensor there = stack.forwardAt(x, positions, at);
      for (int b = 0; b < 3; b++) {
        Tensor expected = all.select(0, b).select(0, Tensors.toLongs(at)[b]);
        assertThat(distance(there.select(0, b), expected)).isLessThan(1e-5);
      }
      checkGradients(random, stack, Map.of("x", x), () -> stack.forwardAt(x, positions, at));
    }
  }

  private static Tensor block(Tensor x, Map<String, Tensor> p, String name) {
    Tensor normed = norm(x, p, name + "norm1.");
    Tensor qkv =
        torch
            .matmul(normed, p.get(name + "attention.qkv.weight").t())
            .add(p.get(name + "attention.qkv.bias"));
    Tensor mixed = AttentionTest.byHand(qkv, 2, false);
    Tensor h =
        x.add(torch.matmul(mixed, p.get(name + "attention.out.weight").t()))
            .add(p.get(name + "attention.out.bias"));
    Tensor up =
        torch
            .matmul(norm(h, p, name + "norm2."), p.get(name + "mlp.up.weight").t())
            .add(p.get(name + "mlp.up.bias"));
    return h.add(torch.matmul(torch.gelu(up), p.get(name + "mlp.down.weight").t()))
        .add(p.get(name + "mlp.down.bias"));
  }

  private static Tensor norm(Tensor x, Map<String, Tensor> p, String name) {
    return torch.layer_norm(
        x,
        new long[] {x.size(-1)},
        Tensors.optional(p.get(name + "weight")),
        Tensors.optional(p.get(name + "bias")),
        1e-5,
        false);
  }

  @Test
  void thePoolerIsAttentionOfOneQueryThenAResidualMlp() {
    Random random = random();
    try (var pooler =
            new AttentionPooler(new Transformer.Config(4, 1, 2, 8, Activation.GELU_TANH, 1e-6));
        var _ = new Scope()) {
      randomize(random, pooler, 0.5);
      Tensor x = normal(random, 3, 5, 4);
      Tensor pooled = pooler.forward(x);
      assertThat(pooled.shape()).containsExactly(3, 4);
      checkGradients(random, pooler, Map.of("x", x), () -> pooler.forward(x));
    }
  }

  @Test
  void thePoolerDoesNotSeeTheOrderOfItsInputs() {
    Random random = random();
    try (var pooler =
            new AttentionPooler(new Transformer.Config(4, 1, 2, 8, Activation.GELU_TANH, 1e-6));
        var _ = new Scope()) {
      randomize(random, pooler, 0.5);
      Tensor x = normal(random, 3, 5, 4);
      Tensor turned = torch.flip(x, new long[] {1});
      assertThat(distance(pooler.forward(x), pooler.forward(turned))).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,1,1,1", "4,0,1,1", "4,1,0,1", "4,1,1,0", "4,1,3,1"})
  void impossibleSizesAreRefused(int width, int layers, int heads, int mlpWidth) {
    assertRefused(
        () -> new Transformer.Config(width, layers, heads, mlpWidth, Activation.GELU, 1e-5));
  }
}
