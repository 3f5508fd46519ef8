package io.vlm4j.model.masked;

import io.vlm4j.tensor.Tensors;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Which patches of pictures are hidden, and what is to be told of them. */
final class HiddenPatches {
  /** Under this name, a batch may say which are hidden: boolean {@code [B, N]}. */
  static final String HIDDEN = "image_patches_mask";

  /** Under this name, a batch may hold the targets: i64 {@code [B, N]}. */
  static final String TARGETS = "mim_labels";

  private HiddenPatches() {}

  /** Draws which are hidden, for each picture by itself: i64 {@code [B, N]} of 0 and 1. */
  static Tensor draw(BlockMasking masking, long pictures, RandomGenerator chance) {
    int count = masking.side() * masking.side();
    var flags = new long[Math.toIntExact(pictures) * count];
    for (int row = 0; row < pictures; row++) {
      boolean[] hidden = masking.draw(chance);
      for (int i = 0; i < count; i++) {
        flags[row * count + i] = hidden[i] ? 1 : 0;
      }
    }
    return Tensors.of(flags, pictures, count);
  }

  /**
   * The code of each hidden patch, {@link TokenMasking#NOT_CHOSEN} elsewhere.
   *
   * @param codes of all patches, i64 {@code [B, N]}
   */
  static Tensor targets(Tensor hidden, Tensor codes) {
    Tensor none = torch.full_like(codes, new Scalar(TokenMasking.NOT_CHOSEN));
    return torch.where(hidden, codes, none);
  }
}
