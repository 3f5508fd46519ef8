package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/** A module of one tensor, which works on the last dimension: what stacks are given to use. */
public abstract class Layer extends Module {
  /** Makes a layer without parameters. */
  protected Layer() {}

  /** {@code [..., in] -> [..., out]}. */
  public abstract Tensor forward(Tensor x);
}
