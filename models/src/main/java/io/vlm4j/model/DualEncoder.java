package io.vlm4j.model;

import org.bytedeco.pytorch.Tensor;

/** A model that puts pictures and texts into one space, each by itself. */
public interface DualEncoder {
  /** Features of pictures f32 {@code [B, 3, H, W]}: {@code [B, D]}, not normalised. */
  Tensor imageFeatures(Tensor pixels);

  /** Features of texts i64 {@code [B, L]}: {@code [B, D]}, not normalised. */
  Tensor textFeatures(Tensor tokens);

  /**
   * The model's own scores of cosines, before a softmax or sigmoid.
   *
   * @param cosines of any shape
   */
  Tensor logits(Tensor cosines);

  /** Turns logits over a list of candidate texts {@code [B, C]} into probabilities. */
  Tensor probabilities(Tensor logits);
}
