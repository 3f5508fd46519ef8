package io.vlm4j.generate;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** From a model's logits to the log-probabilities of the next token. */
final class Scores {
  private Scores() {}

  /**
   * Log-probabilities after repetition penalty and minimum length, which all strategies share: they
   * are renormalised, so that sums over tokens are log-probabilities of texts.
   *
   * @param logits {@code [R, V]}
   * @param before the tokens of each row, the prompt's too; rows of one length
   * @param made how many of them are not the prompt's
   * @return f32 {@code [R, V]}; the innermost scope owns it
   */
  static Tensor of(Tensor logits, long[][] before, Generation wanted, long endId, int made) {
    Tensor scores = logits.to(ScalarType.Float);
    if (wanted.repetitionPenalty() != 1) {
      Tensor ids = onDevice(Generator.tokens(before), scores);
      var penalty = new Scalar(wanted.repetitionPenalty());
      Tensor had = scores.gather(1, ids);
      Tensor less = torch.where(had.gt(new Scalar(0.0f)), had.div(penalty), had.mul(penalty));
      scores = scores.scatter(1, ids, less);
    }
    if (made < wanted.minTokens()) {
      Tensor end = onDevice(Tensors.of(new long[] {endId}, 1), scores);
      scores = scores.index_fill(1, end, new Scalar(Float.NEGATIVE_INFINITY));
    }
    return scores.log_softmax(1);
  }

  private static Tensor onDevice(Tensor ids, Tensor scores) {
    return ids.to(scores.device(), ScalarType.Long);
  }
}
