package io.vlm4j.model;

import org.bytedeco.pytorch.Tensor;

/**
 * A model that turns pictures into a grid of codes and back. Other models hold one as a frozen
 * module: their targets (FLAVA) or their words (Chameleon).
 */
public interface ImageTokenizer {
  /** Number of different codes: they are 0 to this number less one. */
  int codebookSize();

  /** Side in pixels of the square that a code stands for, f. */
  int downsampling();

  /**
   * Codes of pictures, without a gradient.
   *
   * @param pictures f32 {@code [B, 3, H, W]} of values from 0 to 1, sides multiples of f
   * @return i64 {@code [B, H/f, W/f]}
   */
  Tensor encode(Tensor pictures);

  /**
   * Pictures of codes, without a gradient.
   *
   * @param codes i64 {@code [B, h, w]}
   * @return f32 {@code [B, 3, h*f, w*f]} of values from 0 to 1
   */
  Tensor decode(Tensor codes);
}
