package io.vlm4j.objective;

import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Losses that draw the two features of a pair together and those of different pairs apart.
 *
 * <p>Features are {@code [B, D]}, normalised by the caller; row i of one belongs to row i of the
 * other. Everything is computed in f32, also under autocast.
 */
public final class ContrastiveLoss {
  private ContrastiveLoss() {}

  /**
   * CLIP's (2103.00020): the mean of two cross-entropies, over the texts for each picture and over
   * the pictures for each text.
   *
   * @param logScale logarithm of the factor on the cosines; a scalar
   */
  public static Tensor softmax(Tensor images, Tensor texts, Tensor logScale) {
    return Scope.run(() -> {
      try (var _ = Autocast.off(images.device())) {
        Tensor logits = logits(images, texts, logScale); // [B, B]
        Tensor labels =
            torch
                .arange(new Scalar(logits.size(0)), new TensorOptions(ScalarType.Long))
                .to(images.device(), ScalarType.Long);
        return torch
            .cross_entropy_loss(logits, labels)
            .add(torch.cross_entropy_loss(logits.t(), labels))
            .mul(new Scalar(0.5f));
      }
    });
  }

  /**
   * SigLIP's (2303.15343): every pair is a binary decision; the sum over all pairs is divided by B.
   *
   * @param logScale logarithm of the factor on the cosines; one value
   * @param bias added to every logit; one value
   */
  public static Tensor sigmoid(Tensor images, Tensor texts, Tensor logScale, Tensor bias) {
    return Scope.run(() -> {
      try (var _ = Autocast.off(images.device())) {
        Tensor logits = logits(images, texts, logScale).add(bias); // [B, B]
        // -log s(x) = softplus(-x) on the diagonal, softplus(x) elsewhere, and
        // softplus(-x) = softplus(x) - x.
        return torch
            .softplus(logits)
            .sum()
            .sub(logits.diagonal().sum())
            .div(new Scalar((double) logits.size(0)));
      }
    });
  }

  private static Tensor logits(Tensor images, Tensor texts, Tensor logScale) {
    return torch
        .matmul(images.to(ScalarType.Float), texts.to(ScalarType.Float).t())
        .mul(logScale.exp());
  }
}
