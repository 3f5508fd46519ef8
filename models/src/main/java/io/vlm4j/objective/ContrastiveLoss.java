package io.vlm4j.objective;

import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Losses that draw the two features of a pair together and those of different pairs apart.
 *
 * <p>Features are {@code [B, D]}, normalised by the caller; row i of one belongs to row i of the
 * other. Everything is computed in f32, also under autocast.
 */
public final class ContrastiveLoss {
  private ContrastiveLoss() {}

  /** CLIP's, where each picture's own text is right and no other. */
  public static Tensor softmax(Tensor images, Tensor texts, Tensor logScale) {
    return softmax(images, texts, logScale, null);
  }

  /**
   * CLIP's (2103.00020): the mean of two cross-entropies, over the texts for each picture and over
   * the pictures for each text.
   *
   * @param logScale logarithm of the factor on the cosines; a scalar
   * @param targets how well each text fits each picture and the picture of each text each text,
   *     {@code [B, B]}, rows sum to 1; null if only the diagonal does
   */
  public static Tensor softmax(
      Tensor images, Tensor texts, Tensor logScale, @Nullable Tensor targets) {
    return softmax(images, texts, logScale, targets, null);
  }

  /**
   * CLIP's with a mean over some of the pairs; the others are only candidates.
   *
   * @param logScale logarithm of the factor on the cosines; a scalar
   * @param targets how well each text fits each picture, {@code [B, B]}; null if only the diagonal
   * @param counted which pairs the mean is over, i64 {@code [n]}; null for all
   */
  public static Tensor softmax(
      Tensor images,
      Tensor texts,
      Tensor logScale,
      @Nullable Tensor targets,
      @Nullable Tensor counted) {
    return Scope.run(() -> {
      try (var _ = Autocast.off(images.device())) {
        Tensor logits = logits(images, texts, logScale); // [B, B]
        Tensor ofImages = rows(logits, counted);
        Tensor ofTexts = rows(logits.t(), counted);
        if (targets != null) {
          return crossEntropy(ofImages, rows(targets, counted))
              .add(crossEntropy(ofTexts, rows(targets, counted)))
              .mul(new Scalar(0.5f));
        }
        Tensor labels =
            torch
                .arange(new Scalar(logits.size(0)), new TensorOptions(ScalarType.Long))
                .to(images.device(), ScalarType.Long);
        return torch
            .cross_entropy_loss(ofImages, rows(labels, counted))
            .add(torch.cross_entropy_loss(ofTexts, rows(labels, counted)))
            .mul(new Scalar(0.5f));
      }
    });
  }

  private static Tensor rows(Tensor all, @Nullable Tensor counted) {
    return counted == null ? all : all.index_select(0, counted);
  }

  private static Tensor crossEntropy(Tensor logits, Tensor targets) {
    return logits.log_softmax(1).mul(targets).sum().neg().div(new Scalar((double) logits.size(0)));
  }

  /** SigLIP's, where each picture's own text is right and no other. */
  public static Tensor sigmoid(Tensor images, Tensor texts, Tensor logScale, Tensor bias) {
    return sigmoid(images, texts, logScale, bias, null);
  }

  /**
   * SigLIP's (2303.15343): every pair is a binary decision; the sum over all pairs is divided by B.
   *
   * @param logScale logarithm of the factor on the cosines; one value
   * @param bias added to every logit; one value
   * @param targets how probable it is that a text fits a picture, {@code [B, B]}; null if only the
   *     diagonal does
   */
  public static Tensor sigmoid(
      Tensor images, Tensor texts, Tensor logScale, Tensor bias, @Nullable Tensor targets) {
    return Scope.run(() -> {
      try (var _ = Autocast.off(images.device())) {
        Tensor logits = logits(images, texts, logScale).add(bias); // [B, B]
        // -t log s(x) - (1 - t) log s(-x) = softplus(x) - t x
        Tensor right = targets == null ? logits.diagonal().sum() : logits.mul(targets).sum();
        return torch.softplus(logits).sum().sub(right).div(new Scalar((double) logits.size(0)));
      }
    });
  }

  private static Tensor logits(Tensor images, Tensor texts, Tensor logScale) {
    return torch
        .matmul(images.to(ScalarType.Float), texts.to(ScalarType.Float).t())
        .mul(logScale.exp());
  }
}
