package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * One learned query that looks at all positions, then a residual MLP: {@code [B, L, D] -> [B, D]}.
 * The "MAP head" of SigLIP's image tower (2106.04560).
 */
public final class AttentionPooler extends Module {
  private final Tensor probe;
  private final Attention attention;
  private final LayerNorm norm;
  private final Mlp mlp;

  /** Pools vectors of the configuration's width; its layer count is not used. */
  public AttentionPooler(Transformer.Config config) {
    int width = config.width();
    double std = Math.pow(width, -0.5);
    probe = parameter("probe", Init.normal(std, 1, 1, width));
    attention = child("attention", new Attention(width, config.heads(), std, std));
    norm = child("norm", new LayerNorm(width, config.epsilon()));
    mlp =
        child(
            "mlp",
            new Mlp(
                width,
                config.mlpWidth(),
                config.activation(),
                std,
                Math.pow(config.mlpWidth(), -0.5)));
  }

  /** Pools every sequence of the batch. */
  public Tensor forward(Tensor x) {
    return call(
        () -> {
          Tensor queries = probe.expand(x.size(0), 1, x.size(2));
          Tensor h = attention.forward(queries, x, AttentionMask.NONE); // [B, 1, D]
          return h.add(mlp.forward(norm.forward(h))).select(1, 0); // [B, D]
        },
        x);
  }
}
