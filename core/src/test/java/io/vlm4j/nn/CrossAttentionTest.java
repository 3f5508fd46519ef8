package io.vlm4j.nn;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What looks at a context, and what is kept of it and of a sequence that grows. */
class CrossAttentionTest {
  private static final Transformer.Config CONFIG =
      new Transformer.Config(8, 2, 2, 16, Activation.GELU, 1e-5);

  private static Tensor input(Random random, long... shape) {
    long count = 1;
    for (long side : shape) {
      count *= side;
    }
    return Tensors.of(Randomness.normal(random, (int) count), shape);
  }

  private static <M extends Module> M randomized(Random random, M module) {
    LayersTest.randomize(random, module, 0.5);
    return module;
  }

  /** Of one head: softmax(q k^T / sqrt(D)) v, with the projections written out. */
  @Test
  void aContextOfAnotherWidthHasProjectionsOfItsOwn() {
    Random random = Randomness.ofTest();
    try (var attention = randomized(random, new Attention(4, 6, 1, 1, 1));
        var _ = new Scope();
        var _ = new NoGrad()) {
      assertThat(attention.parameters().keySet())
          .containsExactly("q.weight", "kv.weight", "qkv.bias", "out.weight", "out.bias");
      var p = attention.parameters();
      Tensor x = input(random, 2, 3, 4);
      Tensor context = input(random, 2, 5, 6);
      Tensor bias = p.get("qkv.bias");
      Tensor q = x.matmul(p.get("q.weight").t()).add(Tensors.slice(bias, 0, 0, 4));
      Tensor kv = context.matmul(p.get("kv.weight").t()).add(Tensors.slice(bias, 0, 4, 12));
      Tensor k = Tensors.slice(kv, 2, 0, 4);
      Tensor v = Tensors.slice(kv, 2, 4, 8);
      Tensor weights = q.matmul(k.transpose(1, 2)).div(new Scalar(2.0f));
      Tensor mixed = weights.softmax(-1).matmul(v);
      Tensor expected = mixed.matmul(p.get("out.weight").t()).add(p.get("out.bias"));
      assertThat(distance(attention.forward(x, context, AttentionMask.NONE), expected))
          .isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void aSequenceThatGrowsIsComputedAsAWhole(int step) {
    Random random = Randomness.ofTest();
    var caches = List.of(new KeyValueCache(), new KeyValueCache());
    try (var transformer = randomized(random, new Transformer(CONFIG));
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor x = input(random, 3, 7, 8);
      var parts = new ArrayList<Tensor>();
      for (long from = 0; from < 7; from += step) {
        Tensor part = Tensors.slice(x, 1, from, Math.min(7, from + step));
        parts.add(Scope.run(() -> transformer.forward(part, caches)));
      }
      assertThat(caches.getFirst().length()).isEqualTo(7);
      Tensor joined = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 1);
      assertThat(distance(joined, transformer.forward(x, AttentionMask.CAUSAL))).isLessThan(1e-5);
    } finally {
      caches.forEach(KeyValueCache::close);
    }
  }

  @Test
  void rowsThatAreSelectedGoOnAsThoseTheyWere() {
    Random random = Randomness.ofTest();
    try (var blocks = randomized(random, new ContextTransformer(CONFIG));
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor context = input(random, 3, 4, 8);
      long[] doubled = {0, 0, 1, 1, 2, 2};
      long[] within = {1, 1, 2, 3, 4, 4}; // rows stay with their context
      Tensor twice = context.index_select(0, Tensors.of(doubled, 6));
      Tensor first = input(random, 6, 3, 8);
      Tensor then = input(random, 6, 1, 8);
      try (var cache = blocks.begin(context)) {
        assertThat(distance(blocks.forward(first, cache), blocks.forward(first, twice)))
            .isLessThan(1e-5);
        Tensor index = Tensors.of(within, 6);
        cache.select(index);
        Tensor whole = torch.cat(new TensorVector(first.index_select(0, index), then), 1);
        Tensor expected = Tensors.slice(blocks.forward(whole, twice), 1, 3, 4);
        assertThat(distance(blocks.forward(then, cache), expected)).isLessThan(1e-5);
      }
    }
  }

  @Test
  void anyQueryOfAPoolerCanBeComputedAlone() {
    Random random = Randomness.ofTest();
    try (var pooler = randomized(random, new QueryPooler(5, 8, 6, 2, 1e-5));
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor x = input(random, 3, 7, 6);
      Tensor all = pooler.forward(x); // [3, 5, 8]
      assertThat(all.shape()).containsExactly(3, 5, 8);
      assertThat(distance(pooler.first(x, 2), Tensors.slice(all, 1, 0, 2))).isLessThan(1e-5);
    }
  }

  @Test
  void gradientsReachEveryParameterOfPoolerAndDecoder() {
    Random random = Randomness.ofTest();
    try (var pooler = randomized(random, new QueryPooler(3, 8, 6, 2, 1e-5));
        var blocks =
            randomized(
                random,
                new ContextTransformer(
                    new Transformer.Config(8, 1, 2, 16, Activation.GELU, 1e-5)));
        var _ = new Scope()) {
      Tensor x = input(random, 2, 5, 6);
      Tensor sequence = input(random, 2, 4, 8);
      var leaves = new LinkedHashMap<String, Tensor>(pooler.parameters());
      blocks.parameters().forEach((name, tensor) -> leaves.put("blocks." + name, tensor));
      Gradients.checkSteep(random, leaves, 0.5, () -> blocks.forward(sequence, pooler.forward(x)));
    }
  }
}
