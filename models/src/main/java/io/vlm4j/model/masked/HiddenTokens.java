package io.vlm4j.model.masked;

import io.vlm4j.nn.AttentionMask;
import io.vlm4j.tensor.Tensors;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Texts of which some tokens are hidden.
 *
 * @param ids as they are, i64 {@code [B, L]}, padded
 * @param shown as they are shown, of the same shape
 * @param targets the hidden ids, of the same shape; {@link TokenMasking#NOT_CHOSEN} elsewhere
 */
record HiddenTokens(Tensor ids, Tensor shown, Tensor targets) {
  /** Under this name, a batch may hold what is shown. */
  static final String SHOWN = "masked_input_ids";

  /** Under this name, a batch may hold the targets. */
  static final String TARGETS = "mlm_labels";

  /** Texts of which nothing is hidden, and nothing to be told. */
  HiddenTokens(Tensor ids) {
    this(ids, ids, torch.full_like(ids, new Scalar(TokenMasking.NOT_CHOSEN)));
  }

  /** Hides tokens by chance. */
  static HiddenTokens draw(TokenMasking masking, Tensor ids, RandomGenerator chance) {
    long[] shown = Tensors.toLongs(ids);
    var targets = new long[shown.length];
    int length = Math.toIntExact(ids.size(1));
    for (int row = 0; row < ids.size(0); row++) {
      masking.apply(shown, targets, row * length, length, chance);
    }
    Device device = ids.device();
    return new HiddenTokens(
        ids,
        Tensors.of(shown, ids.shape()).to(device, ScalarType.Long),
        Tensors.of(targets, ids.shape()).to(device, ScalarType.Long));
  }

  /** Rows up to the end of the longest text. */
  static Tensor trimmed(Tensor ids, int padId) {
    Tensor places =
        torch
            .arange(new Scalar(ids.size(1)), ids.options())
            .mul(ids.ne(new Scalar((long) padId)).to(ScalarType.Long));
    return Tensors.slice(ids, 1, 0, places.max().item_long() + 1);
  }

  /** Everything but padding is seen: {@code [B, 1, 1, L]}. */
  static AttentionMask mask(Tensor ids, int padId) {
    return mask(ids, padId, 0);
  }

  /**
   * Everything but padding is seen, after {@code before} other places that are: {@code [B, 1, 1,
   * before + L]}. A text's first token is seen whatever it is, so that every row stays finite.
   */
  static AttentionMask mask(Tensor ids, int padId, long before) {
    Tensor isText = ids.ne(new Scalar((long) padId)); // [B, L]
    Tensor rest = Tensors.slice(isText, 1, 1, ids.size(1));
    Tensor always = torch.ones_like(Tensors.slice(isText, 1, 0, 1)).expand(ids.size(0), before + 1);
    Tensor seen = torch.cat(new TensorVector(always, rest), 1);
    return new AttentionMask.Allowed(seen.view(ids.size(0), 1, 1, before + ids.size(1)));
  }
}
