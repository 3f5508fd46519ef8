package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Pretrained;

/** A model that is asked for codes of pictures. */
final class TokenizerModel {
  private TokenizerModel() {}

  /**
   * The model as a tokenizer.
   *
   * @throws InputException if it is none
   */
  static ImageTokenizer of(Pretrained model, String name) {
    if (model.model() instanceof ImageTokenizer tokenizer) {
      return tokenizer;
    }
    throw new InputException(
        "%s is a %s model and no image tokenizer, such as 'vlm4j tokenizer train' makes"
            .formatted(name, model.spec().family().name()));
  }
}
