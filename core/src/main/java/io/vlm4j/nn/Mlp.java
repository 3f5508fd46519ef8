package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/** Two linear layers with an activation between them: {@code [..., D] -> [..., D]}. */
public final class Mlp extends Layer {
  private final Linear up;
  private final Linear down;
  private final Activation activation;

  /**
   * From {@code width} to {@code hidden} and back.
   *
   * @param std standard deviation of the first layer's weights, {@code downStd} of the second's
   */
  public Mlp(long width, long hidden, Activation activation, double std, double downStd) {
    this.activation = activation;
    up = child("up", new Linear(width, hidden, std));
    down = child("down", new Linear(hidden, width, downStd));
  }

  /** Applies both layers. */
  @Override
  public Tensor forward(Tensor x) {
    return call(() -> down.forward(activation.apply(up.forward(x))), x);
  }
}
