package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A vector for each id: i64 {@code [...] -> [..., width]}. */
public final class Embedding extends Module {
  private final Tensor weight;

  /** {@code count} vectors, drawn with that standard deviation. */
  public Embedding(long count, long width, double std) {
    weight = parameter("weight", Init.normal(std, count, width));
  }

  /** Looks the ids up. */
  public Tensor forward(Tensor ids) {
    return call(() -> torch.embedding(weight, ids), ids, weight);
  }

  /**
   * The products with all vectors, logits where these are also the output: {@code [..., count]}.
   */
  public Tensor similarities(Tensor x) {
    return call(() -> Product.of(x, weight, null), x, weight);
  }
}
