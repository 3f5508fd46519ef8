package io.vlm4j.model.generative;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.vlm4j.io.InputException;
import io.vlm4j.model.backbone.LlamaConfig;
import io.vlm4j.nn.Block;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * The sizes of a {@link Chameleon}, and how it is trained.
 *
 * @param text what its tokenizer knows
 * @param image its pictures
 * @param decoder the one decoder; its vocabulary are the ids of texts and pictures together
 * @param norms {@code BEFORE} attention and MLP as in the paper's 7B, or {@code BEHIND} them as in
 *     its 34B
 * @param dropout of what attention and MLP add, in training; 0 with norms behind
 * @param objective what is learned
 */
public record ChameleonConfig(
    Text text,
    Image image,
    LlamaConfig decoder,
    Block.Norms norms,
    double dropout,
    Objective objective) {
  /** Checks the numbers. */
  public ChameleonConfig {
    if (!(dropout >= 0 && dropout < 1)) {
      throw new InputException("dropout must lie in [0, 1), not " + dropout);
    }
    if (norms != Block.Norms.BEFORE && norms != Block.Norms.BEHIND) {
      throw new InputException("norms must be BEFORE or BEHIND, not " + norms);
    }
    if (dropout > 0 && norms == Block.Norms.BEHIND) {
      throw new InputException(
          "norms behind attention and MLP go without dropout: set it to 0, or norms to BEFORE");
    }
    int needed = text.length + image.codesEach() + 2;
    if (needed > decoder.contextLength()) {
      throw new InputException(
          "decoder.contextLength is %d, but a text of %d and a picture of %d codes need %d"
              .formatted(decoder.contextLength(), text.length, image.codesEach(), needed));
    }
    requireIds(text, image, decoder.vocabularySize());
  }

  private static void requireIds(Text text, Image image, int all) {
    if (image.ids.isBehindTexts()) {
      int needed = text.vocabularySize + image.codes + 2;
      if (all != needed) {
        throw new InputException(
            "decoder.vocabularySize is %d, but %d ids of texts, %d codes, and begin and end of a"
                    .formatted(all, text.vocabularySize, image.codes)
                + " picture are "
                + needed);
      }
      return;
    }
    Set<Integer> ids = new HashSet<>(image.ids.order);
    ids.add(image.ids.begin);
    ids.add(image.ids.end);
    if (ids.size() != image.codes + 2 || ids.stream().anyMatch(id -> id < 0 || id >= all)) {
      throw new InputException(
          "image.ids needs %d different ids below %d: one for each code, one each for begin and end"
              .formatted(image.codes + 2, all));
    }
    if (text.vocabularySize > all) {
      throw new InputException(
          "text.vocabularySize is %d, but there are %d ids".formatted(text.vocabularySize, all));
    }
  }

  /**
   * What the tokenizer of texts knows. It has a start of text.
   *
   * @param vocabularySize number of its ids, which may include those of pictures
   * @param length most tokens of a text, start and end included
   * @param endId the id that ends a text; negative for the highest of them
   */
  public record Text(int vocabularySize, int length, int endId) {
    /** Checks the numbers. */
    public Text {
      if (vocabularySize < 2 || length < 2 || endId >= vocabularySize) {
        throw new InputException(
            "text: vocabularySize and length must be at least 2 and endId below the former, not"
                + " %d, %d and %d".formatted(vocabularySize, length, endId));
      }
    }
  }

  /**
   * Pictures.
   *
   * @param size side of the squares, in pixels
   * @param grid codes along a side
   * @param codes size of the codebook
   * @param ids which tokens stand for the codes
   * @param mean what was taken off values from 0 to 1 before the model sees them
   * @param std by which they were divided then
   * @param tokenizer the image tokenizer as its {@link io.vlm4j.model.ModelSpec#toTree tree}; null
   *     for none yet
   */
  public record Image(
      int size, int grid, int codes, Ids ids, double mean, double std, JsonNode tokenizer) {
    /** Checks the numbers. */
    public Image {
      if (size < 1 || grid < 1 || codes < 2) {
        throw new InputException(
            "image: size and grid must be at least 1 and codes at least 2, not %d, %d and %d"
                .formatted(size, grid, codes));
      }
      if (!(std > 0 && Double.isFinite(std) && Double.isFinite(mean))) {
        throw new InputException("image: std must be above 0, and mean a number");
      }
    }

    /** The number of codes of a picture. */
    @JsonIgnore
    int codesEach() {
      return grid * grid;
    }
  }

  /**
   * Which ids the codes of pictures have.
   *
   * @param order the id of each code; empty for those behind the ids of texts, in order
   * @param begin the id before the codes of a picture; negative for the one behind all codes
   * @param end the id after them; negative for the one behind that
   */
  public record Ids(List<Integer> order, int begin, int end) {
    /** Checks that all or none are named. */
    public Ids {
      order = List.copyOf(order);
      if (order.isEmpty() != (begin < 0) || order.isEmpty() != (end < 0)) {
        throw new InputException("image.ids: name order, begin and end, or none of them");
      }
    }

    /** Behind the ids of texts. */
    static final Ids BEHIND = new Ids(List.of(), -1, -1);

    @JsonIgnore
    boolean isBehindTexts() {
      return order.isEmpty();
    }
  }

  /**
   * What is learned of pairs.
   *
   * @param pictureFirst the share of pairs whose picture comes before the text
   * @param zWeight factor of the z-loss
   * @param answersOnly whether what comes first is a prompt, which is not learned
   * @param balanced whether in each batch that share is exact, and the codes of pictures count as
   *     much as all else together
   */
  public record Objective(
      double pictureFirst, double zWeight, boolean answersOnly, boolean balanced) {
    /** Checks the numbers. */
    public Objective {
      if (!(pictureFirst >= 0 && pictureFirst <= 1)) {
        throw new InputException("objective.pictureFirst must lie in [0, 1], not " + pictureFirst);
      }
      if (!(zWeight >= 0 && Double.isFinite(zWeight))) {
        throw new InputException("objective.zWeight must be at least 0, not " + zWeight);
      }
    }
  }

  /** The id that ends a text. */
  @JsonIgnore
  int end() {
    return text.endId < 0 ? text.vocabularySize - 1 : text.endId;
  }

  /** Which token stands for which code. */
  @JsonIgnore
  ImageVocabulary pictures() {
    int first = text.vocabularySize;
    return image.ids.isBehindTexts()
        ? new ImageVocabulary(
            IntStream.range(first, first + image.codes).boxed().toList(),
            first + image.codes,
            first + image.codes + 1)
        : new ImageVocabulary(image.ids.order, image.ids.begin, image.ids.end);
  }

  /** The same for a tokenizer of texts of another size, with the codes behind it. */
  ChameleonConfig withVocabulary(int size) {
    return size == text.vocabularySize
        ? this
        : with(new Text(size, text.length, -1), behind(image, image.grid, image.codes));
  }

  /** The same for texts of another length. */
  ChameleonConfig withLength(int tokens) {
    return with(new Text(text.vocabularySize, tokens, text.endId), image);
  }

  /** The same with other pictures; ids of codes that are named must be as many. */
  ChameleonConfig withImage(Image other) {
    return with(text, other);
  }

  /** Pictures whose codes have ids behind those of texts. */
  static Image behind(Image image, int grid, int codes) {
    return new Image(image.size, grid, codes, Ids.BEHIND, image.mean, image.std, image.tokenizer);
  }

  private ChameleonConfig with(Text texts, Image pictures) {
    int all =
        pictures.ids.isBehindTexts()
            ? texts.vocabularySize + pictures.codes + 2
            : decoder.vocabularySize();
    int context = Math.max(decoder.contextLength(), texts.length + pictures.codesEach() + 2);
    return new ChameleonConfig(
        texts,
        pictures,
        decoder.withVocabulary(all).withContextLength(context),
        norms,
        dropout,
        objective);
  }
}
