package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;
import io.vlm4j.nn.ConvolutionEncoder;
import io.vlm4j.nn.VectorQuantizer;
import tools.jackson.databind.JsonNode;

/**
 * The sizes of a {@link VqGan} and how its losses count.
 *
 * @param coder encoder and decoder
 * @param codebook the codes
 * @param decodes whether there is a decoder; some checkpoints have none, and can only encode
 * @param commitment beta, the factor of the loss that draws vectors to their codes
 * @param perceptualWeight factor of the perceptual distance
 * @param perceptual the model that pictures are looked at with in training, as its {@link
 *     io.vlm4j.model.ModelSpec#toTree tree}; null for none
 * @param adversary the discriminator
 */
public record VqGanConfig(
    ConvolutionEncoder.Config coder,
    VectorQuantizer.Config codebook,
    boolean decodes,
    double commitment,
    double perceptualWeight,
    JsonNode perceptual,
    Adversary adversary) {
  /** Checks the numbers. */
  public VqGanConfig {
    requireWeight("commitment", commitment);
    requireWeight("perceptualWeight", perceptualWeight);
  }

  /** The same with another model to look with. */
  VqGanConfig withPerceptual(JsonNode model) {
    return new VqGanConfig(
        coder, codebook, decodes, commitment, perceptualWeight, model, adversary);
  }

  /** The same with another encoder and decoder. */
  VqGanConfig withCoder(ConvolutionEncoder.Config other) {
    return new VqGanConfig(
        other, codebook, decodes, commitment, perceptualWeight, perceptual, adversary);
  }

  private static void requireWeight(String name, double weight) {
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new InputException(name + " must be at least 0, not " + weight);
    }
  }

  /**
   * The discriminator that the decoder is trained against.
   *
   * @param channels after its first convolution
   * @param halvings its convolutions of stride 2
   * @param start steps before it begins
   * @param weight factor on the adaptive weight of what it says
   */
  public record Adversary(int channels, int halvings, long start, double weight) {
    /** Checks the numbers. */
    public Adversary {
      if (channels < 1 || halvings < 1 || start < 0) {
        throw new InputException(
            "adversary: channels and halvings must be at least 1, start at least 0, not %d, %d, %d"
                .formatted(channels, halvings, start));
      }
      requireWeight("adversary: weight", weight);
    }
  }
}
