package io.vlm4j.objective;

import io.vlm4j.tensor.Autocast;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the logits of a text cost, token by token, of which several losses are made: the
 * cross-entropy {@code log Z - logit(target)} and {@code log Z} itself, Z being the sum of the
 * exponentials of a position's logits.
 *
 * @param crossEntropy f32 {@code [B, L]}; what does not count has some finite number
 * @param logZ f32 {@code [B, L]}
 * @param counts 1 where the target counts and 0 elsewhere, f32 {@code [B, L]}
 */
public record TokenLosses(Tensor crossEntropy, Tensor logZ, Tensor counts) {
  /**
   * In f32, also under autocast; the innermost scope owns the tensors.
   *
   * @param logits {@code [B, L, V]}: those at position t are of the token after it
   * @param targets the tokens to foretell, i64 {@code [B, L]}
   * @param ignored the id of targets that do not count
   */
  public static TokenLosses of(Tensor logits, Tensor targets, long ignored) {
    try (var _ = Autocast.off(logits.device())) {
      Tensor each = logits.to(ScalarType.Float);
      Tensor isCounted = targets.ne(new Scalar(ignored));
      Tensor index = targets.masked_fill(isCounted.logical_not(), new Scalar(0L));
      Tensor logZ = each.logsumexp(-1);
      Tensor wanted = each.gather(2, index.unsqueeze(2)).squeeze(2);
      return new TokenLosses(logZ.sub(wanted), logZ, isCounted.to(ScalarType.Float));
    }
  }

  /** The mean cross-entropy over the targets that count; 0 if there are none. */
  public Tensor mean() {
    return mean(crossEntropy, counts);
  }

  /** The same over those that are also marked, f32 {@code [B, L]} of 0 and 1. */
  public Tensor mean(Tensor marks) {
    return mean(crossEntropy, counts.mul(marks));
  }

  /**
   * The mean of the squared log Z over the targets that count: z-loss (2204.02311), which draws log
   * Z to 0. Cross-entropy does not mind a constant added to all logits; this does.
   */
  public Tensor squaredLogZ() {
    return mean(logZ.square(), counts);
  }

  /** The logarithm of the probability of each row's targets together: {@code [B]}. */
  public Tensor logLikelihood() {
    return crossEntropy.mul(counts).sum(1).neg();
  }

  private static Tensor mean(Tensor values, Tensor weights) {
    return values.mul(weights).sum().div(weights.sum().clamp_min(new Scalar(1f)));
  }
}
