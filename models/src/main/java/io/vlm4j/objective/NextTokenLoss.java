package io.vlm4j.objective;

import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How well a model foretells each token of a text. */
public final class NextTokenLoss {
  private static final long MEAN = 1; // as libtorch counts its reductions

  private NextTokenLoss() {}

  /**
   * The mean cross-entropy over all positions whose target counts; in f32, also under autocast.
   *
   * @param logits {@code [B, L, V]}: those at position t are of the token after it
   * @param targets the tokens to foretell, i64 {@code [B, L]}
   * @param ignored the id of targets that do not count, such as padding
   * @return a scalar; not a number if no target counts
   */
  public static Tensor of(Tensor logits, Tensor targets, long ignored) {
    return Scope.run(() -> {
      try (var _ = Autocast.off(logits.device())) {
        return torch.cross_entropy_loss(
            logits.to(ScalarType.Float).reshape(-1, logits.size(2)),
            targets.reshape(-1),
            new TensorOptional(),
            MEAN,
            ignored,
            0.0);
      }
    });
  }
}
