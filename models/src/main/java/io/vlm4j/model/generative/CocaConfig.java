package io.vlm4j.model.generative;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.vlm4j.io.InputException;
import io.vlm4j.model.contrastive.TwoTowerConfig;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Transformer;

/**
 * The sizes of a {@link Coca}.
 *
 * @param embedWidth D, the width of the common space and of what the poolers give
 * @param vision the image tower
 * @param pooler what looks at the image tower's tokens
 * @param text the unimodal half of the text decoder; its width is D
 * @param decoder the multimodal half; its width is D
 * @param logitScale first value of the logarithm of the factor on cosines
 * @param maxLogitScale upper bound of it, held after every step
 * @param contrastiveWeight factor of the contrastive loss
 * @param captionWeight factor of the captioning loss
 */
public record CocaConfig(
    int embedWidth,
    TwoTowerConfig.Vision vision,
    Pooler pooler,
    Text text,
    Decoder decoder,
    double logitScale,
    double maxLogitScale,
    double contrastiveWeight,
    double captionWeight) {
  /** Checks the numbers. */
  public CocaConfig {
    if (text.width != embedWidth || decoder.width != embedWidth) {
      throw new InputException(
          "text and decoder must be as wide as the common space of %d, not %d and %d"
              .formatted(embedWidth, text.width, decoder.width));
    }
    requireWeight("contrastiveWeight", contrastiveWeight);
    requireWeight("captionWeight", captionWeight);
  }

  private static void requireWeight(String name, double weight) {
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new InputException(name + " must be at least 0, not " + weight);
    }
  }

  /** Where the contrastive image feature comes from. */
  public enum Pooling {
    /** The first of the pooler's queries; the others are the caption's. All of OpenCLIP's. */
    SHARED,
    /** A pooler of its own, which looks at the image tower's tokens. */
    PARALLEL,
    /** A pooler of its own, which looks at what the caption's queries have found. */
    CASCADE
  }

  /**
   * The attentional poolers.
   *
   * @param kind where the contrastive feature comes from
   * @param queries of the caption's pooler; with {@code SHARED}, one of them is the contrastive one
   * @param heads attention heads
   */
  public record Pooler(Pooling kind, int queries, int heads) {
    /** Checks the numbers. */
    public Pooler {
      int least = kind == Pooling.SHARED ? 2 : 1;
      if (queries < least || heads < 1) {
        throw new InputException(
            "a pooler needs at least %d queries and a head, not %d and %d"
                .formatted(least, queries, heads));
      }
    }
  }

  /**
   * The unimodal half of the text decoder.
   *
   * @param contextLength number of tokens of the longest text, start and end included
   * @param vocabularySize number of token ids
   * @param padId the id that fills a row behind a text: it is not looked at, and no target
   * @param exactMask whether the class token sees the text and itself; if not, the mask is one
   *     place off, as in OpenCLIP: it sees the first padding, and not itself unless the text fills
   *     the row
   * @param width D
   * @param layers number of transformer blocks
   * @param heads attention heads
   * @param mlpWidth hidden width of the MLPs
   * @param activation its name in Hugging Face configurations
   * @param epsilon of the layer norms
   */
  public record Text(
      int contextLength,
      int vocabularySize,
      int padId,
      boolean exactMask,
      int width,
      int layers,
      int heads,
      int mlpWidth,
      String activation,
      double epsilon) {
    /** Checks the numbers. */
    public Text {
      if (contextLength < 2 || vocabularySize < 2) {
        throw new InputException("contextLength and vocabularySize must be at least 2");
      }
      if (padId < 0 || padId >= vocabularySize) {
        throw new InputException("padId must be an id of the vocabulary, not " + padId);
      }
    }

    @JsonIgnore
    Transformer.Config transformer() {
      return new Transformer.Config(
          width, layers, heads, mlpWidth, Activation.of(activation), epsilon);
    }

    Text with(int tokens, int ids) {
      return new Text(
          tokens, ids, padId, exactMask, width, layers, heads, mlpWidth, activation, epsilon);
    }
  }

  /**
   * The multimodal half of the text decoder.
   *
   * @param width D
   * @param layers number of pairs of blocks, one causal and one that looks at the picture
   * @param heads attention heads
   * @param mlpWidth hidden width of the MLPs
   * @param activation its name in Hugging Face configurations
   * @param epsilon of the layer norms
   */
  public record Decoder(
      int width, int layers, int heads, int mlpWidth, String activation, double epsilon) {
    @JsonIgnore
    Transformer.Config transformer() {
      return new Transformer.Config(
          width, layers, heads, mlpWidth, Activation.of(activation), epsilon);
    }
  }

  CocaConfig withVocabulary(int size) {
    return with(vision, text.with(text.contextLength, size));
  }

  CocaConfig withImageSize(int pixels) {
    return with(vision.withImageSize(pixels), text);
  }

  CocaConfig withContextLength(int tokens) {
    return with(vision, text.with(tokens, text.vocabularySize));
  }

  private CocaConfig with(TwoTowerConfig.Vision otherVision, Text otherText) {
    return new CocaConfig(
        embedWidth,
        otherVision,
        pooler,
        otherText,
        decoder,
        logitScale,
        maxLogitScale,
        contrastiveWeight,
        captionWeight);
  }
}
