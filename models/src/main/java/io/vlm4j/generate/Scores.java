package io.vlm4j.generate;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** From a model's logits to the log-probabilities of the next token. */
final class Scores {
  private Scores() {}

  /**
   * Log-probabilities after penalties, biases and minimum length, which all strategies share: they
   * are renormalised, so that sums over tokens are log-probabilities of texts.
   *
   * @param logits {@code [R, V]}
   * @param before the tokens of each row, the prompt's too; rows of one length
   * @param made how many of them are not the prompt's
   * @return f32 {@code [R, V]}; the innermost scope owns it
   */
  static Tensor of(Tensor logits, long[][] before, Generation wanted, Set<Long> endIds, int made) {
    Tensor scores = logits.to(ScalarType.Float);
    if (wanted.repetitionPenalty() != 1) {
      Tensor ids = onDevice(Generator.tokens(before), scores);
      var penalty = new Scalar(wanted.repetitionPenalty());
      Tensor had = scores.gather(1, ids);
      Tensor less = torch.where(had.gt(new Scalar(0.0f)), had.div(penalty), had.mul(penalty));
      scores = scores.scatter(1, ids, less);
    }
    if (made > 0 && (wanted.presencePenalty() != 0 || wanted.frequencyPenalty() != 0)) {
      scores = lessOften(scores, before, wanted, made);
    }
    if (!wanted.bias().isEmpty()) {
      scores = biased(scores, wanted.bias());
    }
    if (made < wanted.minTokens()) {
      long[] ends = endIds.stream().mapToLong(Long::longValue).toArray();
      Tensor end = onDevice(Tensors.of(ends, ends.length), scores);
      scores = scores.index_fill(1, end, new Scalar(Float.NEGATIVE_INFINITY));
    }
    return scores.log_softmax(1);
  }

  /** What the text has already costs, and again for each time; the prompt does not count. */
  private static Tensor lessOften(Tensor scores, long[][] before, Generation wanted, int made) {
    long[][] written =
        Arrays.stream(before)
            .map(row -> Arrays.copyOfRange(row, row.length - made, row.length))
            .toArray(long[][]::new);
    Tensor ids = onDevice(Generator.tokens(written), scores); // [R, made]
    Tensor one = torch.ones_like(scores.gather(1, ids));
    Tensor counts = torch.zeros_like(scores).scatter_add(1, ids, one); // [R, V]
    Tensor isThere = counts.gt(new Scalar(0.0f)).to(ScalarType.Float);
    return scores
        .sub(counts.mul(new Scalar(wanted.frequencyPenalty())))
        .sub(isThere.mul(new Scalar(wanted.presencePenalty())));
  }

  private static Tensor biased(Tensor scores, Map<Long, Double> bias) {
    var ids = new long[bias.size()];
    var values = new float[bias.size()];
    int at = 0;
    for (var entry : bias.entrySet()) {
      if (entry.getKey() < 0 || entry.getKey() >= scores.size(1)) {
        throw new InputException(
            "a bias for token %d: ids are 0 to %d".formatted(entry.getKey(), scores.size(1) - 1));
      }
      ids[at] = entry.getKey();
      values[at++] = entry.getValue().floatValue();
    }
    Tensor each = Tensors.of(values, 1, values.length).to(scores.device(), ScalarType.Float);
    Tensor index = onDevice(Tensors.of(ids, ids.length), scores);
    return scores.index_add(1, index, each.expand(scores.size(0), values.length));
  }

  private static Tensor onDevice(Tensor ids, Tensor scores) {
    return ids.to(scores.device(), ScalarType.Long);
  }
}
