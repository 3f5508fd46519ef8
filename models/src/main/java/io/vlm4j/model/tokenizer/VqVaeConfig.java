package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;
import io.vlm4j.nn.VectorQuantizer;

/**
 * The sizes of a {@link VqVae}.
 *
 * @param imageSize side of the square pictures that it is trained on, in pixels
 * @param halvings how often the sides are halved; f is 2 to this power
 * @param width channels within
 * @param residualBlocks in encoder and decoder each
 * @param residualWidth channels within the residual blocks
 * @param codebook the codes
 * @param commitment beta, the factor of the loss that draws vectors to their codes
 */
public record VqVaeConfig(
    int imageSize,
    int halvings,
    int width,
    int residualBlocks,
    int residualWidth,
    VectorQuantizer.Config codebook,
    double commitment) {
  /** Checks the numbers. */
  public VqVaeConfig {
    if (halvings < 1 || halvings > 8 || width < 1 || residualBlocks < 0 || residualWidth < 1) {
      throw new InputException(
          "halvings must lie in 1 to 8, width and residualWidth must be at least 1, residualBlocks"
              + " at least 0, not %d, %d, %d and %d"
                  .formatted(halvings, width, residualWidth, residualBlocks));
    }
    int f = 1 << halvings;
    if (imageSize < f || imageSize % f != 0) {
      throw new InputException(
          "%d halvings make one place of %d x %d pixels: an imageSize of %d is no multiple"
              .formatted(halvings, f, f, imageSize));
    }
    if (!(commitment >= 0 && Double.isFinite(commitment))) {
      throw new InputException("commitment must be at least 0, not " + commitment);
    }
  }
}
