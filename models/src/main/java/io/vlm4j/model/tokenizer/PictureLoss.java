package io.vlm4j.model.tokenizer;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A loss of pictures that a network made, with its gradient there: what judges the pictures, a
 * network as a rule, is run backwards once, whatever the gradient then serves for.
 *
 * @param value a scalar without a graph
 * @param pictures in the graph of the network that made them
 * @param gradient of the loss at the pictures
 */
record PictureLoss(Tensor value, Tensor pictures, Tensor gradient) {
  /** Runs backwards from a scalar to the pictures; that part of the graph is freed. */
  static PictureLoss of(Tensor loss, Tensor pictures) {
    Tensor gradient = gradient(loss, pictures, new TensorVector(), false);
    return new PictureLoss(loss.detach(), pictures, gradient);
  }

  /** The gradient at a weight of the network that made the pictures. */
  Tensor gradientAt(Tensor weight) {
    return gradient(pictures, weight, new TensorVector(gradient), true);
  }

  /** The loss again, whose backward pass begins at the pictures. */
  Tensor loss() {
    Tensor pull = pictures.sub(pictures.detach()).mul(gradient).sum(); // 0, with this gradient
    return value.add(pull);
  }

  private static Tensor gradient(Tensor of, Tensor at, TensorVector from, boolean again) {
    return torch
        .grad(
            new TensorVector(of), new TensorVector(at), from, new BoolOptional(again), false, false)
        .get(0);
  }
}
