package io.vlm4j.nn;

import io.vlm4j.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A stack of pairs of pre-norm blocks, of which the first is causal over the sequence and the
 * second looks at a context: {@code [B, L, D], [B, N, D] -> [B, L, D]}. Each block of a pair has an
 * MLP of its own, as in CoCa (2205.01917).
 */
public final class ContextTransformer extends Module {
  private final List<Pair> pairs = new ArrayList<>();

  /** Random weights, scaled down with depth; the configuration's layers are pairs. */
  public ContextTransformer(Transformer.Config config) {
    for (int i = 0; i < config.layers(); i++) {
      pairs.add(child(Integer.toString(i), new Pair(config)));
    }
  }

  /** Runs all blocks. */
  public Tensor forward(Tensor x, Tensor context) {
    return call(
        () -> {
          Tensor h = x;
          for (Pair pair : pairs) {
            h = pair.cross.forward(pair.self.forward(h, AttentionMask.CAUSAL), context);
          }
          return h;
        },
        x,
        context);
  }

  /** What a sequence that grows needs not compute again. Closing it frees it. */
  public static final class Cache implements AutoCloseable {
    private final List<KeyValueCache> selves = new ArrayList<>();
    private final List<KeyValueCache> contexts = new ArrayList<>();

    private Cache() {}

    /**
     * Makes row i of the sequences what row {@code rows[i]} was; the rows of one context must stay
     * with it, and together.
     *
     * @param rows i64 {@code [R]}
     */
    public void select(Tensor rows) {
      selves.forEach(cache -> cache.select(rows));
    }

    @Override
    public void close() {
      selves.forEach(KeyValueCache::close);
      contexts.forEach(KeyValueCache::close);
    }
  }

  /**
   * Begins sequences that look at a context {@code [B, N, D]}.
   *
   * @return the caller closes it
   */
  public Cache begin(Tensor context) {
    var cache = new Cache();
    try (var _ = new Scope()) {
      for (Pair pair : pairs) {
        var kept = new KeyValueCache();
        pair.cross.remember(context, kept);
        cache.contexts.add(kept);
        cache.selves.add(new KeyValueCache());
      }
    }
    return cache;
  }

  /**
   * Runs all blocks on positions that follow those in the cache, which they join.
   *
   * @param x {@code [R, L, D]}: R = n B rows, of which n in a row look at each context
   */
  public Tensor forward(Tensor x, Cache cache) {
    return call(
        () -> {
          Tensor h = x;
          for (int i = 0; i < pairs.size(); i++) {
            h = pairs.get(i).self.forward(h, cache.selves.get(i));
            h = pairs.get(i).cross.forward(h, cache.contexts.get(i));
          }
          return h;
        },
        x);
  }

  private static final class Pair extends Module {
    private final Block self;
    private final Block.Cross cross;

    Pair(Transformer.Config config) {
      self = child("self", new Block(config));
      cross = child("cross", new Block.Cross(config));
    }
  }
}
