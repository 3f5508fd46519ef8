package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Learned queries that look at all positions: {@code [B, L, C] -> [B, Q, D]}. Both sides are
 * normalised first; there is no residual, MLP or norm after it. The attentional pooler of CoCa
 * (2205.01917). Queries do not see each other, so any of them can be computed without the rest.
 */
public final class QueryPooler extends Module {
  private final Tensor queries;
  private final LayerNorm queryNorm;
  private final LayerNorm norm;
  private final Attention attention;

  /**
   * Random weights.
   *
   * @param count Q
   * @param width D
   * @param contextWidth C
   */
  public QueryPooler(long count, long width, long contextWidth, long heads, double epsilon) {
    double std = Math.sqrt(2.0 / (width + contextWidth));
    queries = parameter("queries", Init.normal(1, count, width));
    queryNorm = child("queryNorm", new LayerNorm(width, epsilon));
    norm = child("norm", new LayerNorm(contextWidth, epsilon));
    attention =
        child("attention", new Attention(width, contextWidth, heads, std, Math.pow(width, -0.5)));
  }

  /** The results of all queries. */
  public Tensor forward(Tensor x) {
    return first(x, queries.size(0));
  }

  /** The results of the first {@code count} queries: {@code [B, count, D]}. */
  public Tensor first(Tensor x, long count) {
    return call(
        () -> {
          Tensor q = queryNorm.forward(Tensors.slice(queries, 0, 0, count));
          Tensor rows = q.unsqueeze(0).expand(x.size(0), count, q.size(1));
          return attention.forward(rows, norm.forward(x), AttentionMask.NONE);
        },
        x);
  }
}
