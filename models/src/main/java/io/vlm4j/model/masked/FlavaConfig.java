package io.vlm4j.model.masked;

import io.vlm4j.io.InputException;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Transformer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The sizes of a {@link Flava}, and how it learns.
 *
 * @param width W, of all three encoders
 * @param embedWidth D, of the common space of pictures and texts
 * @param image the image encoder
 * @param text the text encoder
 * @param multimodal the encoder of both
 * @param activation of all MLPs and heads, by its name in Hugging Face configurations
 * @param epsilon of the encoders' layer norms
 * @param headEpsilon of the heads' layer norms
 * @param heads whether there are heads for the masked and the matching losses; a model without them
 *     embeds, and learns by the contrastive loss alone
 * @param masking what is hidden in training
 * @param weights factors of the six losses
 * @param mixture what a step learns from
 * @param logitScale first value of the logarithm of the factor on cosines
 * @param maxLogitScale upper bound of it, held after every step
 * @param imageTokenizer the model that gives pictures their codes: its family and the family's own
 *     keys; null for none
 */
public record FlavaConfig(
    int width,
    int embedWidth,
    Image image,
    Text text,
    Multimodal multimodal,
    String activation,
    double epsilon,
    double headEpsilon,
    boolean heads,
    Masking masking,
    Weights weights,
    Mixture mixture,
    double logitScale,
    double maxLogitScale,
    @Nullable ObjectNode imageTokenizer) {
  /** Checks the numbers. */
  public FlavaConfig {
    require(embedWidth >= 1, "embedWidth must be at least 1, not " + embedWidth);
    blocking(image, masking); // refuses what cannot be hidden
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InputException(message);
    }
  }

  /** The blocks of one of the encoders. */
  sealed interface Encoder {
    int layers();

    int heads();

    int mlpWidth();
  }

  /**
   * The image encoder.
   *
   * @param imageSize side of the square picture, in pixels, of whole patches
   * @param patchSize side of a patch, in pixels
   * @param layers number of transformer blocks
   * @param heads attention heads
   * @param mlpWidth hidden width of the MLPs
   * @param codes number of different codes that a patch may have
   */
  public record Image(int imageSize, int patchSize, int layers, int heads, int mlpWidth, int codes)
      implements Encoder {
    /** Checks the numbers. */
    public Image {
      require(
          patchSize >= 1 && imageSize >= 2 * patchSize && imageSize % patchSize == 0,
          "an imageSize of %d is not two or more whole patches of %d"
              .formatted(imageSize, patchSize));
      require(codes >= 2, "codes must be at least 2, not " + codes);
    }

    /** Number of patches along a side. */
    int side() {
      return imageSize / patchSize;
    }
  }

  /**
   * The text encoder.
   *
   * @param contextLength number of tokens of the longest text, start and end included
   * @param vocabularySize number of the tokenizer's ids
   * @param maskId the id that stands for a hidden token; the number of ids itself for a tokenizer
   *     that has none for it
   * @param padId the id that fills a row behind a text: it is not looked at
   * @param layers number of transformer blocks
   * @param heads attention heads
   * @param mlpWidth hidden width of the MLPs
   */
  public record Text(
      int contextLength,
      int vocabularySize,
      int maskId,
      int padId,
      int layers,
      int heads,
      int mlpWidth)
      implements Encoder {
    /** Checks the numbers. */
    public Text {
      require(
          contextLength >= 2 && vocabularySize >= 2,
          "contextLength and vocabularySize must be at least 2");
      require(
          padId >= 0 && padId < vocabularySize,
          "padId must be an id of the vocabulary, not " + padId);
      require(
          maskId >= 0 && maskId <= vocabularySize && maskId != padId,
          "maskId must be another id of the vocabulary or its size, not " + maskId);
    }

    /** Number of ids that have a vector: the tokenizer's, and that of the mask. */
    int ids() {
      return Math.max(vocabularySize, maskId + 1);
    }

    Text with(int tokens, int size) {
      int mask = maskId == vocabularySize ? size : maskId;
      return new Text(tokens, size, mask, padId, layers, heads, mlpWidth);
    }
  }

  /**
   * The multimodal encoder.
   *
   * @param layers number of transformer blocks
   * @param heads attention heads
   * @param mlpWidth hidden width of the MLPs
   * @param seesPadding whether it looks at what fills a row behind a text, as in torchmultimodal
   */
  public record Multimodal(int layers, int heads, int mlpWidth, boolean seesPadding)
      implements Encoder {}

  /**
   * What is hidden in training.
   *
   * @param patches of a picture
   * @param leastBlock the smallest block of them that is drawn, see {@link BlockMasking}
   * @param tokens share of a text's tokens
   * @param mismatches share of the pictures that are shown with another's text
   * @param mismatchedCandidates whether a mismatched pair stays a candidate of the others in the
   *     contrastive loss, as in the reference implementations; if not, it has no part in it
   */
  public record Masking(
      int patches, int leastBlock, double tokens, double mismatches, boolean mismatchedCandidates) {
    /** Those of the paper, for 14 x 14 patches. */
    public static final Masking PAPER = new Masking(75, 16, 0.15, 0.1, true);

    /** The same for a grid of so many times as many patches. */
    Masking scaled(double ratio) {
      return new Masking(
          (int) Math.max(1, Math.round(patches * ratio)),
          (int) Math.max(1, Math.round(leastBlock * ratio)),
          tokens,
          mismatches,
          mismatchedCandidates);
    }

    /** That of the paper for a grid of that side. */
    static Masking paper(int side) {
      return PAPER.scaled(side * side / 196.0);
    }

    /** Checks the shares. */
    public Masking {
      require(tokens > 0 && tokens < 1, "masking.tokens must lie in (0, 1), not " + tokens);
      require(
          mismatches >= 0 && mismatches < 1,
          "masking.mismatches must lie in [0, 1), not " + mismatches);
    }
  }

  /**
   * Factors of the losses; a loss of factor 0 is not computed.
   *
   * @param mim hidden patches from a picture alone
   * @param mlm hidden tokens from a text alone
   * @param mmmImage hidden patches from picture and text
   * @param mmmText hidden tokens from picture and text
   * @param itm whether picture and text belong together
   * @param contrastive which text belongs to which picture
   */
  public record Weights(
      double mim, double mlm, double mmmImage, double mmmText, double itm, double contrastive) {
    /** All alike, as in the paper. */
    public static final Weights EQUAL = new Weights(1, 1, 1, 1, 1, 1);

    /** Checks the numbers. */
    public Weights {
      requireAmounts("weights", mim, mlm, mmmImage, mmmText, itm, contrastive);
    }
  }

  /**
   * How often a step of pairs learns from the pictures alone, from the texts alone, and from the
   * pairs: shares, of any sum.
   */
  public record Mixture(double pictures, double texts, double pairs) {
    /** In turn, on average. */
    public static final Mixture EVEN = new Mixture(1, 1, 1);

    /** Checks the numbers. */
    public Mixture {
      requireAmounts("mixture", pictures, texts, pairs);
    }
  }

  private static void requireAmounts(String name, double... amounts) {
    double sum = 0;
    for (double amount : amounts) {
      require(
          amount >= 0 && Double.isFinite(amount),
          name + " must be numbers of at least 0, not " + amount);
      sum += amount;
    }
    require(sum > 0, "one of " + name + " must be above 0");
  }

  private static BlockMasking blocking(Image image, Masking masking) {
    return new BlockMasking(image.side(), masking.patches, masking.leastBlock);
  }

  BlockMasking blocking() {
    return blocking(image, masking);
  }

  TokenMasking tokenMasking() {
    return new TokenMasking(masking.tokens, text.maskId, text.vocabularySize, text.padId);
  }

  Transformer.Config blocks(Encoder encoder) {
    return new Transformer.Config(
        width,
        encoder.layers(),
        encoder.heads(),
        encoder.mlpWidth(),
        Activation.of(activation),
        epsilon);
  }

  FlavaConfig withVocabulary(int size) {
    return with(image, text.with(text.contextLength, size), masking, imageTokenizer);
  }

  FlavaConfig withContextLength(int tokens) {
    return with(image, text.with(tokens, text.vocabularySize), masking, imageTokenizer);
  }

  /** The same share of patches is hidden. */
  FlavaConfig withImageSize(int pixels) {
    var other =
        new Image(pixels, image.patchSize, image.layers, image.heads, image.mlpWidth, image.codes);
    double ratio = (double) (other.side() * other.side()) / (image.side() * image.side());
    return with(other, text, masking.scaled(ratio), imageTokenizer);
  }

  FlavaConfig withImageTokenizer(ObjectNode tokenizer, int codes) {
    var other =
        new Image(
            image.imageSize, image.patchSize, image.layers, image.heads, image.mlpWidth, codes);
    return with(other, text, masking, tokenizer);
  }

  private FlavaConfig with(
      Image otherImage, Text otherText, Masking otherMasking, @Nullable ObjectNode tokenizer) {
    return new FlavaConfig(
        width,
        embedWidth,
        otherImage,
        otherText,
        multimodal,
        activation,
        epsilon,
        headEpsilon,
        heads,
        otherMasking,
        weights,
        mixture,
        logitScale,
        maxLogitScale,
        tokenizer);
  }
}
