package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;

/**
 * The sizes of a {@link DVae} and the course of its training.
 *
 * @param imageSize side of the square pictures that it is trained on, in pixels
 * @param codebookSize K
 * @param groups of blocks; between them the sides are halved, f is 2 to their number less one
 * @param blocks in a group
 * @param width channels of the first group; each group has twice those of the one before
 * @param decoderWidth channels that the decoder makes of codes at first
 * @param decodes whether there is a decoder; some checkpoints have none, and can only encode
 * @param temperature first of the relaxation
 * @param lastTemperature after {@code temperatureSteps}
 * @param temperatureSteps over which the temperature falls, along a cosine
 * @param klWeight beta, the factor of the divergence from even use of codes
 * @param klSteps over which that factor rises from 0, along a cosine
 */
public record DVaeConfig(
    int imageSize,
    int codebookSize,
    int groups,
    int blocks,
    int width,
    int decoderWidth,
    boolean decodes,
    double temperature,
    double lastTemperature,
    long temperatureSteps,
    double klWeight,
    long klSteps) {
  /** Checks the numbers. */
  public DVaeConfig {
    if (codebookSize < 2) {
      throw new InputException("codebookSize must be at least 2, not " + codebookSize);
    }
    if (groups < 2 || groups > 8 || blocks < 1 || decoderWidth < 1) {
      throw new InputException(
          "groups must lie in 2 to 8, blocks and decoderWidth must be at least 1, not %d, %d and %d"
              .formatted(groups, blocks, decoderWidth));
    }
    if (width < 4 || width % 4 != 0) {
      throw new InputException("width must be a multiple of 4, not " + width);
    }
    int f = 1 << (groups - 1);
    if (imageSize < f || imageSize % f != 0) {
      throw new InputException(
          "%d groups make one place of %d x %d pixels: an imageSize of %d is no multiple"
              .formatted(groups, f, f, imageSize));
    }
    if (!(lastTemperature > 0 && temperature >= lastTemperature && Double.isFinite(temperature))) {
      throw new InputException(
          "the temperature must fall from a finite one to a positive one, not from %s to %s"
              .formatted(temperature, lastTemperature));
    }
    if (temperatureSteps < 0 || klSteps < 0 || !(klWeight >= 0 && Double.isFinite(klWeight))) {
      throw new InputException(
          "temperatureSteps, klSteps and klWeight must be at least 0, not %d, %d and %s"
              .formatted(temperatureSteps, klSteps, klWeight));
    }
  }

  /** The temperature once so many steps are done. */
  double temperatureAt(long steps) {
    return course(temperature, lastTemperature, steps, temperatureSteps);
  }

  /** Beta once so many steps are done. */
  double klWeightAt(long steps) {
    return course(0, klWeight, steps, klSteps);
  }

  /** From one value to another along half a cosine. */
  private static double course(double from, double to, long steps, long all) {
    if (steps >= all) {
      return to;
    }
    return to + (from - to) * (1 + Math.cos(Math.PI * steps / all)) / 2;
  }
}
