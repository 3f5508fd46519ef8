package io.vlm4j.objective;

import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Scope;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How well a model foretells each token of a text. */
public final class NextTokenLoss {
  private NextTokenLoss() {}

  /**
   * The mean cross-entropy over all positions whose target counts; in f32, also under autocast.
   * Logits of other positions are not computed: beside a large vocabulary they are most of the
   * work.
   *
   * @param hidden {@code [B, L, D]}: what position t makes of the token after it
   * @param logits the vocabulary's logits of such rows, {@code [N, D] -> [N, V]}
   * @param targets the tokens to foretell, i64 {@code [B, L]}
   * @param ignored the id of targets that do not count, such as padding
   * @return a scalar; not a number if no target counts
   */
  public static Tensor of(
      Tensor hidden, UnaryOperator<Tensor> logits, Tensor targets, long ignored) {
    return Scope.run(() -> {
      Tensor all = targets.reshape(-1);
      Tensor counting = all.ne(new Scalar(ignored)).nonzero().squeeze(1);
      Tensor rows = hidden.reshape(-1, hidden.size(2)).index_select(0, counting);
      Tensor scores = logits.apply(rows);
      try (var _ = Autocast.off(scores.device())) {
        return torch.cross_entropy_loss(scores.to(ScalarType.Float), all.index_select(0, counting));
      }
    });
  }

  /**
   * The natural logarithm of the probability of each text: the sum over the positions whose target
   * counts.
   *
   * @param logits {@code [B, L, V]}: those at position t are of the token after it
   * @param targets the tokens to foretell, i64 {@code [B, L]}
   * @param ignored the id of targets that do not count, such as padding
   * @return {@code [B]}, f32
   */
  public static Tensor logLikelihood(Tensor logits, Tensor targets, long ignored) {
    return Scope.run(() -> {
      Tensor each =
          logits
              .to(ScalarType.Float)
              .log_softmax(-1)
              .gather(2, targets.clamp_min(new Scalar(0L)).unsqueeze(2)) // -100 is no place
              .squeeze(2); // [B, L]
      Tensor counts = targets.ne(new Scalar(ignored)).to(ScalarType.Float);
      return each.mul(counts).sum(1);
    });
  }
}
