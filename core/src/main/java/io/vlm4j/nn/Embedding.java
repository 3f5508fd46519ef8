package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/** A vector for each id: i64 {@code [...] -> [..., width]}. */
public final class Embedding extends Module {
  private final Matrix weight;

  /** {@code count} vectors, drawn with that standard deviation. */
  public Embedding(long count, long width, double std) {
    weight = matrix("weight", Init.normal(std, count, width));
  }

  /** Looks the ids up. */
  public Tensor forward(Tensor ids) {
    return call(() -> weight.rows(ids), ids, weight.values());
  }

  /**
   * The products with all vectors, logits where these are also the output: {@code [..., count]}.
   */
  public Tensor similarities(Tensor x) {
    return call(() -> weight.product(x, null), x, weight.values());
  }
}
