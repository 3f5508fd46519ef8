package io.vlm4j.model.contrastive;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.vlm4j.io.InputException;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Transformer;

/**
 * The sizes of a model with an image and a text tower.
 *
 * @param embedWidth D, the width of the common space
 * @param vision the image tower
 * @param text the text tower
 * @param logitScale first value of the logarithm of the factor on cosines
 * @param logitBias first value of what is added to every logit; only used by sigmoid losses
 * @param maxLogitScale upper bound of the logarithm of the factor, held after every step
 */
public record TwoTowerConfig(
    int embedWidth,
    Vision vision,
    Text text,
    double logitScale,
    double logitBias,
    double maxLogitScale) {
  /** {@code ln(1 / 0.07)}, with which CLIP starts. */
  public static final double CLIP_LOGIT_SCALE = Math.log(1 / 0.07);

  /** {@code ln 100}, CLIP's bound. */
  public static final double CLIP_MAX_LOGIT_SCALE = Math.log(100);

  /** Checks the numbers. */
  public TwoTowerConfig {
    if (embedWidth < 1) {
      throw new InputException("embedWidth must be at least 1, not " + embedWidth);
    }
  }

  /**
   * The image tower.
   *
   * @param imageSize side of the square picture, in pixels; what is left over after the last whole
   *     patch is not seen
   * @param patchSize side of a patch, in pixels
   * @param width of the tokens
   * @param layers number of transformer blocks
   * @param heads attention heads
   * @param mlpWidth hidden width of the MLPs
   * @param activation its name in Hugging Face configurations
   * @param epsilon of the layer norms
   * @param patchDropout share of patches dropped in training
   */
  public record Vision(
      int imageSize,
      int patchSize,
      int width,
      int layers,
      int heads,
      int mlpWidth,
      String activation,
      double epsilon,
      double patchDropout) {
    /** Checks the numbers. */
    public Vision {
      if (patchSize < 1 || imageSize < patchSize) {
        throw new InputException(
            "an imageSize of " + imageSize + " holds no patch of the patchSize " + patchSize);
      }
    }

    /** The number of whole patches of a picture. */
    public int patches() {
      return (imageSize / patchSize) * (imageSize / patchSize);
    }

    /** The sizes of its blocks. */
    @JsonIgnore
    public Transformer.Config transformer() {
      return new Transformer.Config(
          width, layers, heads, mlpWidth, Activation.of(activation), epsilon);
    }

    /** The same tower for pictures of another side. */
    public Vision withImageSize(int pixels) {
      return new Vision(
          pixels, patchSize, width, layers, heads, mlpWidth, activation, epsilon, patchDropout);
    }

    Vision withoutDropout() {
      return new Vision(
          imageSize, patchSize, width, layers, heads, mlpWidth, activation, epsilon, 0);
    }
  }

  /**
   * The text tower.
   *
   * @param contextLength number of tokens of the longest text, start and end included
   * @param vocabularySize number of token ids
   * @param endId the id at whose first place the feature is taken; negative for the highest id in
   *     the text
   * @param width of the tokens
   * @param layers number of transformer blocks
   * @param heads attention heads
   * @param mlpWidth hidden width of the MLPs
   * @param activation its name in Hugging Face configurations
   * @param epsilon of the layer norms
   * @param dropout of the numbers of the tokens' vectors, in training
   */
  public record Text(
      int contextLength,
      int vocabularySize,
      int endId,
      int width,
      int layers,
      int heads,
      int mlpWidth,
      String activation,
      double epsilon,
      double dropout) {
    /** Checks the numbers. */
    public Text {
      if (contextLength < 2 || vocabularySize < 2) {
        throw new InputException("contextLength and vocabularySize must be at least 2");
      }
    }

    @JsonIgnore
    Transformer.Config transformer() {
      return new Transformer.Config(
          width, layers, heads, mlpWidth, Activation.of(activation), epsilon);
    }

    Text withContextLength(int tokens) {
      return new Text(
          tokens,
          vocabularySize,
          endId,
          width,
          layers,
          heads,
          mlpWidth,
          activation,
          epsilon,
          dropout);
    }

    Text withVocabulary(int size) {
      return new Text(
          contextLength, size, endId, width, layers, heads, mlpWidth, activation, epsilon, dropout);
    }
  }

  TwoTowerConfig withVocabulary(int size) {
    return new TwoTowerConfig(
        embedWidth, vision, text.withVocabulary(size), logitScale, logitBias, maxLogitScale);
  }

  TwoTowerConfig withImageSize(int pixels) {
    return new TwoTowerConfig(
        embedWidth, vision.withImageSize(pixels), text, logitScale, logitBias, maxLogitScale);
  }

  TwoTowerConfig withContextLength(int tokens) {
    return new TwoTowerConfig(
        embedWidth, vision, text.withContextLength(tokens), logitScale, logitBias, maxLogitScale);
  }
}
