package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/** Which positions a query may attend. */
public sealed interface AttentionMask {
  /** All of them. */
  AttentionMask NONE = new None();

  /** Itself and those before it. */
  AttentionMask CAUSAL = new Causal();

  /** All positions. */
  record None() implements AttentionMask {}

  /** The position itself and those before it. */
  record Causal() implements AttentionMask {}

  /**
   * Those that are true.
   *
   * @param allowed boolean, broadcast to {@code [B, H, queries, keys]}
   */
  record Allowed(Tensor allowed) implements AttentionMask {}
}
