package io.vlm4j.generate;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tokens of each row from which one is drawn, the most probable first.
 *
 * @param ids i64 {@code [R, n]}
 * @param probabilities f64 {@code [R, n]}; rows sum to 1, and what is cut off has 0
 */
record Shortlist(Tensor ids, Tensor probabilities) {
  /**
   * What temperature, top-k and top-p leave of log-probabilities {@code [R, V]}; the innermost
   * scope owns it.
   */
  static Shortlist of(Tensor scores, Strategy.Sampling sampling) {
    var sorted = scores.sort(new BoolOptional(true), 1, true); // stable
    long kept = sampling.topK() == 0 ? scores.size(1) : Math.min(sampling.topK(), scores.size(1));
    Tensor values = Tensors.slice(sorted.get0(), 1, 0, kept);
    Tensor ids = Tensors.slice(sorted.get1(), 1, 0, kept);
    Tensor p =
        values.to(ScalarType.Double).div(new Scalar(sampling.temperature())).softmax(1); // [R, n]
    if (sampling.topP() < 1) {
      Tensor before = p.cumsum(1).sub(p);
      p = p.masked_fill(before.ge(new Scalar(sampling.topP())), new Scalar(0.0));
      p = p.div(sum(p));
    }
    return new Shortlist(ids, p);
  }

  /**
   * The id at a place of each row's cumulated probabilities: i64 {@code [R]}.
   *
   * @param places in [0, 1], one for each row
   */
  Tensor draw(float[] places) {
    Tensor at = Tensors.of(places, places.length, 1).to(ids.device(), ScalarType.Double);
    Tensor passed = sum(probabilities.cumsum(1).le(at)); // [R, 1]
    Tensor last = sum(probabilities.gt(new Scalar(0.0))).sub(new Scalar(1L));
    return ids.gather(1, passed.minimum(last)).squeeze(1); // a sum may round to less than 1
  }

  private static Tensor sum(Tensor rows) {
    return rows.sum(new long[] {1}, true, new ScalarTypeOptional());
  }
}
