package io.vlm4j.model;

import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A model that puts pictures and texts into one space, each by itself. */
public interface DualEncoder extends FeatureExtractor {
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

  /** Two encoders, {@code image} and {@code text}, whose features are those in the common space. */
  @Override
  default SequencedMap<String, Input> encoders() {
    var encoders = new LinkedHashMap<String, Input>();
    encoders.put("image", Input.PICTURES);
    encoders.put("text", Input.TEXTS);
    return encoders;
  }

  @Override
  default Tensor features(String encoder, @Nullable Tensor pixels, @Nullable Tensor tokens) {
    return switch (encoder) {
      case "image" -> imageFeatures(Objects.requireNonNull(pixels, "pixels"));
      case "text" -> textFeatures(Objects.requireNonNull(tokens, "tokens"));
      default -> throw new IllegalArgumentException("no encoder '" + encoder + "'");
    };
  }
}
