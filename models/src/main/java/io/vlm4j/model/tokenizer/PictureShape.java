package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** What tokenizers can take. */
final class PictureShape {
  private PictureShape() {}

  /** Refuses what is no batch of pictures with sides that are multiples of {@code f} pixels. */
  static void require(Tensor pictures, int f) {
    if (pictures.dim() != 4 || pictures.size(1) != 3) {
      throw new InputException(
          "a tokenizer needs pictures [B, 3, H, W], not " + Arrays.toString(pictures.shape()));
    }
    long height = pictures.size(2);
    long width = pictures.size(3);
    if (height == 0 || width == 0 || height % f != 0 || width % f != 0) {
      throw new InputException(
          "pictures of %d x %d pixels have no whole places of %d x %d: choose multiples of %d"
              .formatted(width, height, f, f, f));
    }
  }

  /** Refuses what is no batch of grids of codes of a codebook of that size. */
  static void requireCodes(Tensor codes, int size) {
    if (codes.dim() != 3) {
      throw new InputException("codes must be [B, h, w], not " + Arrays.toString(codes.shape()));
    }
    if (codes.numel() > 0) {
      long least = codes.min().item_long();
      long most = codes.max().item_long();
      if (least < 0 || most >= size) {
        throw new InputException(
            "codes must lie in 0 to %d, not %d to %d".formatted(size - 1, least, most));
      }
    }
  }
}
