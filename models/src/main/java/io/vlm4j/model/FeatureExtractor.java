package io.vlm4j.model;

import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A model with encoders whose features others build on, such as a linear probe. */
public interface FeatureExtractor {
  /** What an encoder reads. */
  enum Input {
    /** Pictures alone. */
    PICTURES,
    /** Texts alone. */
    TEXTS,
    /** A picture and a text each time. */
    PAIRS
  }

  /** The encoders by name, and what each reads. */
  SequencedMap<String, Input> encoders();

  /**
   * Features by one of the encoders: {@code [B, W]}, not normalised.
   *
   * @param encoder one of {@link #encoders}
   * @param pixels f32 {@code [B, 3, H, W]}; null where it reads texts alone
   * @param tokens i64 {@code [B, L]}; null where it reads pictures alone
   */
  Tensor features(String encoder, @Nullable Tensor pixels, @Nullable Tensor tokens);
}
