package io.vlm4j.objective;

import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How well a model tells what was hidden from it (1810.04805). */
public final class MaskedPredictionLoss {
  private static final long SUM = 2; // as libtorch counts its reductions
  private static final long NOT_USED = -100;

  private MaskedPredictionLoss() {}

  /**
   * The mean cross-entropy over the hidden places; in f32, also under autocast.
   *
   * @param logits of the hidden places alone, {@code [M, V]}
   * @param targets what was hidden there, i64 {@code [M]}
   * @return a scalar; 0 where nothing was hidden
   */
  public static Tensor of(Tensor logits, Tensor targets) {
    return Scope.run(() -> {
      try (var _ = Autocast.off(logits.device())) {
        return torch
            .cross_entropy_loss(
                logits.to(ScalarType.Float), targets, new TensorOptional(), SUM, NOT_USED, 0.0)
            .div(new Scalar((double) Math.max(1, targets.size(0))));
      }
    });
  }
}
