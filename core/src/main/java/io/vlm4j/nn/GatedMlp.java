package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * Two linear layers with a gate between them (2002.05202): {@code down(activation(gate(x)) *
 * up(x))}, {@code [..., D] -> [..., D]}, without biases. With {@link Activation#SILU} it is SwiGLU.
 */
public final class GatedMlp extends Layer {
  private final Linear gate;
  private final Linear up;
  private final Linear down;
  private final Activation activation;

  /**
   * From {@code width} to {@code hidden} and back.
   *
   * @param std standard deviation of the first weights of gate and up, {@code downStd} of down's
   */
  public GatedMlp(long width, long hidden, Activation activation, double std, double downStd) {
    this.activation = activation;
    gate = child("gate", new Linear(width, hidden, std, false));
    up = child("up", new Linear(width, hidden, std, false));
    down = child("down", new Linear(hidden, width, downStd, false));
  }

  @Override
  public Tensor forward(Tensor x) {
    return call(() -> down.forward(activation.apply(gate.forward(x)).mul(up.forward(x))), x);
  }
}
