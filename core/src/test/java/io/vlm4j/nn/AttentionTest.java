package io.vlm4j.nn;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionTest {
  private static final long SEED = 17_060_376L;

  private static Attention attention(Random random) {
    var attention = new Attention(6, 2, 1, 1);
    LayersTest.randomize(random, attention, 0.5);
    return attention;
  }

  private static Tensor input(Random random, long batch, long length) {
    return Tensors.of(Randomness.normal(random, (int) (batch * length * 6)), batch, length, 6);
  }

  /** Position 0 sees itself only, 1 all but 2, the others all. */
  static AttentionMask mask(String name) {
    return switch (name) {
      case "causal" -> AttentionMask.CAUSAL;
      case "allowed" -> {
        long[] allowed = {1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        yield new AttentionMask.Allowed(Tensors.of(allowed, 1, 1, 4, 4).to(ScalarType.Bool));
      }
      default -> AttentionMask.NONE;
    };
  }

  /** {@code softmax(q k^T / sqrt(d)) v} of every head, in loops, from {@code [B, L, 3D]}. */
  static Tensor byHand(Tensor qkv, int heads, boolean causal) {
    int b = (int) qkv.size(0);
    int length = (int) qkv.size(1);
    int width = (int) qkv.size(2) / 3;
    int d = width / heads;
    float[] x = Tensors.toFloats(qkv);
    var out = new float[b * length * width];
    for (int row = 0; row < b; row++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < length; i++) {
          var weights = new double[length];
          for (int j = 0; j < (causal ? i + 1 : length); j++) {
            double product = 0;
            for (int c = h * d; c < (h + 1) * d; c++) {
              product +=
                  x[(row * length + i) * 3 * width + c]
                      * x[(row * length + j) * 3 * width + width + c];
            }
            weights[j] = Math.exp(product / Math.sqrt(d));
          }
          double sum = Arrays.stream(weights).sum();
          for (int c = h * d; c < (h + 1) * d; c++) {
            double mixed = 0;
            for (int j = 0; j < length; j++) {
              mixed += weights[j] / sum * x[(row * length + j) * 3 * width + 2 * width + c];
            }
            out[(row * length + i) * width + c] = (float) mixed;
          }
        }
      }
    }
    return Tensors.of(out, b, length, width);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void outputsAreThoseOfTheDefinition(boolean causal) {
    Random random = Randomness.seeded(SEED);
    try (var attention = attention(random);
        var _ = new Scope()) {
      Tensor x = input(random, 2, 4);
      var p = attention.parameters();
      Tensor qkv = torch.matmul(x, p.get("qkv.weight").t()).add(p.get("qkv.bias"));
      Tensor expected =
          torch.matmul(byHand(qkv, 2, causal), p.get("out.weight").t()).add(p.get("out.bias"));
      Tensor actual = attention.forward(x, causal ? AttentionMask.CAUSAL : AttentionMask.NONE);
      assertThat(distance(actual, expected)).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "causal", "allowed"})
  void gradientsAreThoseOfDifferences(String mask) {
    Random random = Randomness.seeded(SEED);
    try (var attention = attention(random);
        var _ = new Scope()) {
      Tensor x = input(random, 2, 4);
      AttentionMask positions = mask(mask);
      var leaves = new LinkedHashMap<>(attention.parameters());
      leaves.put("x", x.set_requires_grad(true));
      Gradients.check(random, leaves, () -> attention.forward(x, positions));
    }
  }

  @Test
  void crossAttentionOfTheInputWithItselfIsSelfAttention() {
    Random random = Randomness.seeded(SEED);
    try (var attention = attention(random);
        var _ = new Scope()) {
      Tensor x = input(random, 2, 4);
      assertThat(
              distance(
                  attention.forward(x, x, AttentionMask.NONE),
                  attention.forward(x, AttentionMask.NONE)))
          .isLessThan(1e-5);
    }
  }

  @Test
  void gradientsOfCrossAttentionAreThoseOfDifferences() {
    Random random = Randomness.seeded(SEED);
    try (var attention = attention(random);
        var _ = new Scope()) {
      Tensor queries = input(random, 2, 3);
      Tensor x = input(random, 2, 4);
      var leaves = new LinkedHashMap<>(attention.parameters());
      leaves.put("queries", queries.set_requires_grad(true));
      leaves.put("x", x.set_requires_grad(true));
      Gradients.check(random, leaves, () -> attention.forward(queries, x, AttentionMask.NONE));
    }
  }

  @Test
  void underACausalMaskALaterTokenNeverChangesAnEarlierOutput() {
    Random random = Randomness.seeded(SEED);
    try (var attention = attention(random);
        var _ = new Scope()) {
      for (int changed = 0; changed < 4; changed++) {
        Tensor x = input(random, 1, 4);
        Tensor before = attention.forward(x, AttentionMask.CAUSAL);
        Tensor other = x.clone();
        other.select(1, changed).add_(new Scalar(3f));
        Tensor after = attention.forward(other, AttentionMask.CAUSAL);
        for (int i = 0; i < 4; i++) {
          double distance = distance(before.select(1, i), after.select(1, i));
          if (i < changed) {
            assertThat(distance).isZero();
          } else {
            assertThat(distance).isGreaterThan(1e-4);
          }
        }
      }
    }
  }

  @Test
  void aTokenThatIsNotAllowedIsNotSeen() {
    Random random = Randomness.seeded(SEED);
    try (var attention = attention(random);
        var _ = new Scope()) {
      Tensor x = input(random, 1, 4);
      Tensor before = attention.forward(x, mask("allowed"));
      Tensor other = x.clone();
      other.select(1, 2).add_(new Scalar(3f));
      Tensor after = attention.forward(other, mask("allowed"));
      assertThat(distance(before.select(1, 1), after.select(1, 1))).isZero();
      assertThat(distance(before.select(1, 3), after.select(1, 3))).isGreaterThan(1e-4);
    }
  }

  @Test
  void underBf16TheResultIsCloseToThatInF32() {
    Random random = Randomness.seeded(SEED);
    try (var attention = attention(random);
        var _ = new Scope()) {
      Tensor x = input(random, 4, 16);
      Tensor exact = attention.forward(x, AttentionMask.CAUSAL);
      try (var _ = Autocast.to(Engine.device("cpu"), Precision.BF16)) {
        Tensor rounded = attention.forward(x, AttentionMask.CAUSAL);
        assertThat(rounded.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        // bf16 keeps 8 bits: outputs of size 1 to 4 lie within a few steps of 1/64.
        assertThat(distance(exact, rounded)).isLessThan(0.06);
      }
    }
  }

  @Test
  void onTheCpuTheProductItselfIsNeverInBf16() {
    Random random = Randomness.seeded(SEED);
    try (var _ = new Scope();
        var _ = Autocast.to(Engine.device("cpu"), Precision.BF16)) {
      Tensor q = Tensors.of(Randomness.normal(random, 24), 1, 2, 4, 3).to(ScalarType.BFloat16);
      Tensor mixed = Attention.scaledDotProduct(q, q, q, AttentionMask.NONE);
      assertThat(mixed.scalar_type().intern()).isEqualTo(ScalarType.Float);
    }
  }

  @Test
  void headsThatDoNotDivideTheWidthAreRefused() {
    assertRefused(() -> new Attention(6, 4, 1, 1), "6", "4");
  }
}
