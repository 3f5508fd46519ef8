package io.vlm4j.nn;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What decoders add to attention and its block. */
class GroupedAttentionTest {
  private static final int WIDTH = 8;
  private static final Rotary ROTARY = new Rotary(4, 100, 10, Rotary.Scaling.NONE);

  private static Attention attention(Random random, boolean normalized) {
    var sizes = new Attention.Grouped(WIDTH, 4, 2, 4, true, false, 1, 1);
    var attention =
        normalized
            ? new Attention(sizes, new RmsNorm(4, 1e-6), new LayerNorm(4, 1e-6))
            : new Attention(sizes);
    LayersTest.randomize(random, attention, 0.5);
    return attention;
  }

  private static Tensor input(Random random, long batch, long length) {
    int count = (int) (batch * length * WIDTH);
    return Tensors.of(Randomness.normal(random, count), batch, length, WIDTH);
  }

  private static Rotary.Angles angles(long from, long to) {
    long[] at = LongStream.range(from, to).toArray();
    return ROTARY.at(Tensors.of(at, 1, at.length), to);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void headsOfQueriesInARowShareAHeadOfKeysAndValues(boolean causal) {
    Random random = Randomness.ofTest();
    try (var attention = attention(random, false);
        var _ = new Scope()) {
      Tensor x = input(random, 2, 4);
      var p = attention.parameters();
      var parts = new TensorVector();
      for (String name : List.of("q", "k", "v")) {
        Tensor projected =
            torch.matmul(x, p.get(name + ".weight").t()).add(p.get(name + ".bias")); // [B, L, n d]
        if (!name.equals("q")) {
          Tensor heads = projected.view(2, 4, 2, 1, 4);
          projected = heads.expand(2, 4, 2, 2, 4).reshape(2, 4, 16);
        }
        parts.push_back(projected);
      }
      Tensor mixed = AttentionTest.byHand(torch.cat(parts, 2), 4, causal); // [B, L, 16]
      Tensor expected = torch.matmul(mixed, p.get("out.weight").t());
      Tensor actual = attention.forward(x, causal ? AttentionMask.CAUSAL : AttentionMask.NONE);
      assertThat(distance(actual, expected)).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreThoseOfDifferences(boolean normalized) {
    Random random = Randomness.ofTest();
    try (var attention = attention(random, normalized);
        var _ = new Scope()) {
      Tensor x = input(random, 2, 4);
      var angles = angles(0, 4);
      var leaves = new LinkedHashMap<>(attention.parameters());
      leaves.put("x", x.set_requires_grad(true));
      Gradients.check(random, leaves, () -> attention.forward(x, AttentionMask.CAUSAL, angles));
    }
  }

  @Test
  void normalizedQueriesAndKeysDoNotDependOnTheSizeOfTheirWeights() {
    Random random = Randomness.ofTest();
    try (var attention = attention(random, true);
        var _ = new NoGrad();
        var _ = new Scope()) {
      Tensor x = input(random, 2, 4);
      var p = attention.parameters();
      Tensor before = attention.forward(x, AttentionMask.CAUSAL, angles(0, 4));
      for (String name : List.of("q.weight", "q.bias", "k.weight", "k.bias")) {
        p.get(name).mul_(new Scalar(3.0f));
      }
      Tensor after = attention.forward(x, AttentionMask.CAUSAL, angles(0, 4));
      assertThat(distance(before, after)).isLessThan(1e-4);
      p.get("queryNorm.weight").mul_(new Scalar(3.0f));
      Tensor scaled = attention.forward(x, AttentionMask.CAUSAL, angles(0, 4));
      assertThat(distance(before, scaled)).isGreaterThan(1e-2);
    }
  }

  /** Positions in pieces, with kept keys and values, are what they are at once. */
  @ParameterizedTest
  @CsvSource({"0, false", "3, false", "0, true", "2, true"})
  void piecesWithACacheAreTheWhole(long window, boolean padded) {
    Random random = Randomness.ofTest();
    try (var attention = attention(random, true);
        var cache = new KeyValueCache();
        var _ = new NoGrad();
        var _ = new Scope()) {
      Tensor x = input(random, 2, 9);
      Tensor starts = padded ? Tensors.of(new long[] {0, 2}, 2) : null;
      Tensor whole =
          attention.forward(
              x, AttentionMask.causalAfter(0, 9, window, starts, x.device()), angles(0, 9));
      var pieces = new TensorVector();
      long[] ends = {4, 5, 6, 9};
      for (long end : ends) {
        long from = cache.length();
        var mask = AttentionMask.causalAfter(from, end - from, window, starts, x.device());
        Tensor piece = Tensors.slice(x, 1, from, end);
        pieces.push_back(attention.forward(piece, mask, angles(from, end), cache));
      }
      assertThat(distance(torch.cat(pieces, 1), whole)).isLessThan(1e-5);
    }
  }

  @Test
  void aWindowHidesWhatIsFartherAwayAndPaddingIsNotSeen() {
    Random random = Randomness.ofTest();
    try (var attention = attention(random, false);
        var _ = new NoGrad();
        var _ = new Scope()) {
      Tensor x = input(random, 1, 6);
      Tensor other = torch.cat(new TensorVector(input(random, 1, 2), Tensors.slice(x, 1, 2, 6)), 1);
      AttentionMask window = AttentionMask.causalAfter(0, 6, 3, null, x.device());
      Tensor a = attention.forward(x, window, angles(0, 6));
      Tensor b = attention.forward(other, window, angles(0, 6));
      assertThat(distance(Tensors.slice(a, 1, 4, 6), Tensors.slice(b, 1, 4, 6))).isLessThan(1e-6);
      assertThat(distance(a.select(1, 3), b.select(1, 3))).isGreaterThan(1e-3); // sees 1, 2, 3
      Tensor starts = Tensors.of(new long[] {2}, 1);
      AttentionMask padded = AttentionMask.causalAfter(0, 6, 0, starts, x.device());
      Tensor c = attention.forward(x, padded, angles(0, 6));
      Tensor alone =
          attention.forward(Tensors.slice(x, 1, 2, 6), AttentionMask.CAUSAL, angles(0, 4));
      assertThat(distance(Tensors.slice(c, 1, 2, 6), alone)).isLessThan(1e-5);
      assertThat(Tensors.toFloats(c.sum())[0]).isFinite();
    }
  }

  @Test
  void aCacheThatGrowsAndIsReorderedHoldsWhatWasPutIntoIt() {
    Random random = Randomness.ofTest();
    try (var cache = new KeyValueCache();
        var _ = new Scope()) {
      List<Tensor> put = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        put.add(Tensors.of(Randomness.normal(random, 2 * 3 * 4), 2, 3, 1, 4));
        cache.append(put.getLast(), put.getLast().neg());
        if (i == 3) {
          Tensor swap = Tensors.of(new long[] {1, 0}, 2);
          cache.select(swap);
          put.replaceAll(tensor -> tensor.index_select(0, swap));
        }
      }
      Tensor all = torch.cat(new TensorVector(put.toArray(Tensor[]::new)), 2);
      assertThat(cache.length()).isEqualTo(7);
      assertThat(distance(cache.keys(), all)).isZero();
      assertThat(distance(cache.values(), all.neg())).isZero();
      cache.close();
      assertThat(cache.length()).isZero();
    }
  }

  @Test
  void aGatedMlpIsItsDefinition() {
    Random random = Randomness.ofTest();
    try (var mlp = new GatedMlp(4, 6, Activation.SILU, 1, 1);
        var _ = new Scope()) {
      LayersTest.randomize(random, mlp, 0.7);
      var p = mlp.parameters();
      Tensor x = Tensors.of(Randomness.normal(random, 12), 1, 3, 4);
      Tensor gate = torch.matmul(x, p.get("gate.weight").t());
      Tensor up = torch.matmul(x, p.get("up.weight").t());
      Tensor hidden = gate.mul(torch.sigmoid(gate)).mul(up);
      Tensor expected = torch.matmul(hidden, p.get("down.weight").t());
      assertThat(distance(mlp.forward(x), expected)).isLessThan(1e-5);
      var leaves = new LinkedHashMap<>(p);
      leaves.put("x", x.set_requires_grad(true));
      Gradients.check(random, leaves, () -> mlp.forward(x));
    }
  }

  @Test
  void anRmsNormDividesByTheRootOfTheMeanSquare() {
    Random random = Randomness.ofTest();
    try (var norm = new RmsNorm(4, 0.5);
        var _ = new Scope()) {
      LayersTest.randomize(random, norm, 1);
      float[] w = Tensors.toFloats(norm.parameters().get("weight"));
      float[] x = {1, -2, 3, 4};
      float[] y = Tensors.toFloats(norm.forward(Tensors.of(x, 1, 4)));
      double root = Math.sqrt(30 / 4.0 + 0.5);
      for (int i = 0; i < 4; i++) {
        assertThat((double) y[i]).isCloseTo(w[i] * x[i] / root, within(1e-5));
      }
      Tensor input = Tensors.of(Randomness.normal(random, 12), 3, 4).set_requires_grad(true);
      var leaves = Map.of("weight", norm.parameters().get("weight"), "x", input);
      Gradients.check(random, leaves, () -> norm.forward(input));
    }
  }

  @ParameterizedTest
  @EnumSource(Block.Norms.class)
  void aBlockAddsWhatItsPartsMake(Block.Norms norms) {
    Random random = Randomness.ofTest();
    var parts =
        new Block.Parts(
            new RmsNorm(WIDTH, 1e-5),
            attention(random, false),
            norms == Block.Norms.SHARED ? null : new RmsNorm(WIDTH, 1e-5),
            new GatedMlp(WIDTH, 12, Activation.SILU, 0.5, 0.5),
            norms,
            0.3);
    try (var stack = new Transformer(1, () -> new Block(parts));
        var _ = new Scope()) {
      Tensor x = input(random, 2, 3);
      stack.setTraining(false); // no dropout
      Tensor actual = stack.forward(x, AttentionMask.CAUSAL, angles(0, 3), List.of());
      Tensor h =
          switch (norms) {
            case BEFORE -> x.add(attended(parts, parts.norm1().forward(x)));
            case BEHIND -> x.add(parts.norm1().forward(attended(parts, x)));
            case AFTER -> parts.norm1().forward(x.add(attended(parts, x)));
            case SHARED -> x.add(attended(parts, parts.norm1().forward(x)));
          };
      Tensor expected =
          switch (norms) {
            case BEFORE -> h.add(parts.mlp().forward(parts.norm2().forward(h)));
            case BEHIND -> h.add(parts.norm2().forward(parts.mlp().forward(h)));
            case AFTER -> parts.norm2().forward(h.add(parts.mlp().forward(h)));
            case SHARED -> h.add(parts.mlp().forward(parts.norm1().forward(x)));
          };
      assertThat(distance(actual, expected)).isZero();
      stack.setTraining(true);
      Tensor dropped = stack.forward(x, AttentionMask.CAUSAL, angles(0, 3), List.of());
      assertThat(distance(actual, dropped)).isGreaterThan(1e-3);
    }
  }

  private static Tensor attended(Block.Parts parts, Tensor x) {
    return parts.attention().forward(x, AttentionMask.CAUSAL, angles(0, 3));
  }

  @Test
  void headsThatCannotBeSharedAreRefused() {
    assertRefused(() -> new Attention.Grouped(8, 4, 3, 2, false, false, 1, 1), "4", "3");
  }
}
