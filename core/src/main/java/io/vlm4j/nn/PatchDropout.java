package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Drops a random share of every picture's patches in training (2212.00794): {@code [B, N, D] -> [B,
 * max(1, floor(N (1 - p))), D]}. Leading tokens that are no patches are always kept. In evaluation
 * nothing is dropped.
 */
public final class PatchDropout extends Module {
  private final double probability;
  private final int leading;

  /**
   * Drops patches with that probability.
   *
   * @param leading number of tokens before the patches, such as the class token
   */
  public PatchDropout(double probability, int leading) {
    if (!(probability >= 0 && probability < 1)) {
      throw new InputException("patch dropout must lie in [0, 1), not " + probability);
    }
    this.probability = probability;
    this.leading = leading;
  }

  /** Keeps a random choice of patches, another for each picture, in no order. */
  public Tensor forward(Tensor x) {
    if (!isTraining() || probability == 0) {
      return x;
    }
    return call(
        () -> {
          long b = x.size(0);
          long patches = x.size(1) - leading;
          long kept = Math.max(1, (long) (patches * (1 - probability)));
          Tensor noise = torch.randn(new long[] {b, patches}, x.options());
          Tensor chosen = noise.topk(kept, 1, true, false).get1(); // [B, kept]
          Tensor index = chosen.unsqueeze(-1).expand(b, kept, x.size(2));
          Tensor survivors = Tensors.slice(x, 1, leading, x.size(1)).gather(1, index);
          return leading == 0
              ? survivors
              : torch.cat(new TensorVector(Tensors.slice(x, 1, 0, leading), survivors), 1);
        },
        x);
  }
}
