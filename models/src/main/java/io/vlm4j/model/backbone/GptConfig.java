package io.vlm4j.model.backbone;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.vlm4j.io.InputException;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Attention;
import io.vlm4j.nn.Block;
import io.vlm4j.nn.Rotary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a {@link Gpt}, and in what GPT-2, OPT and Phi differ. Which of these a family has,
 * it says itself.
 *
 * @param vocabularySize V, number of token ids
 * @param contextLength number of positions, prompt and answer together
 * @param endId the id that ends a text; negative for the highest of the vocabulary
 * @param width D
 * @param tokenWidth of the vectors of tokens; if it is not the width, matrices lead from one to the
 *     other
 * @param layers number of blocks
 * @param heads of queries, which share the width
 * @param keyValueHeads of keys and values, which divide the heads
 * @param mlpWidth hidden width of the MLPs
 * @param activation of the MLPs, by its name in {@link Activation}
 * @param epsilon of the norms
 * @param norms where those of a block are
 * @param lastNorm whether there is a norm behind the last block
 * @param tied whether the vectors of the tokens are also the weights of the output
 * @param headBias whether an output of its own has a bias
 * @param firstPosition row of the learned table of positions that is the first token's
 * @param turned rotary positions; null for a learned table
 * @param std standard deviation of the first weights
 */
public record GptConfig(
    int vocabularySize,
    int contextLength,
    int endId,
    int width,
    int tokenWidth,
    int layers,
    int heads,
    int keyValueHeads,
    int mlpWidth,
    String activation,
    double epsilon,
    Block.Norms norms,
    boolean lastNorm,
    boolean tied,
    boolean headBias,
    int firstPosition,
    @Nullable Turned turned,
    double std) {
  /** Checks the numbers. */
  public GptConfig {
    for (int size :
        List.of(vocabularySize, width, tokenWidth, layers, heads, keyValueHeads, mlpWidth)) {
      if (size < 1) {
        throw new InputException(
            "vocabularySize, width, tokenWidth, layers, heads, keyValueHeads and mlpWidth must be"
                + " at least 1, not "
                + size);
      }
    }
    if (contextLength < 2) {
      throw new InputException("contextLength must be at least 2, not " + contextLength);
    }
    if (width % heads != 0 || heads % keyValueHeads != 0) {
      throw new InputException(
          "a width of %d, %d heads and %d keyValueHeads must divide without a remainder"
              .formatted(width, heads, keyValueHeads));
    }
    if (endId >= vocabularySize) {
      throw new InputException("endId must be an id of the vocabulary, not " + endId);
    }
    if (firstPosition < 0 || (turned != null && firstPosition > 0)) {
      throw new InputException(
          "firstPosition must be a row of a learned table, not " + firstPosition);
    }
    if (turned != null && turned.width > width / heads) {
      throw new InputException(
          "heads of %d cannot be turned in %d".formatted(width / heads, turned.width));
    }
    if (tied && headBias) {
      throw new InputException("a tied output has no bias: set headBias or tied to false");
    }
    Activation.of(activation);
  }

  /**
   * Rotary positions.
   *
   * @param width of what is turned of a head, an even number; the rest stays as it is
   * @param rope base of the frequencies and their scaling
   */
  public record Turned(int width, LlamaConfig.Rope rope) {}

  /** The rotary positions; null for a learned table. */
  @JsonIgnore
  @Nullable Rotary rotary() {
    return turned == null ? null : turned.rope.rotary(turned.width, contextLength);
  }

  /** The sizes of an attention; what is added to the residual begins smaller in deeper stacks. */
  @JsonIgnore
  Attention.Grouped attention() {
    return new Attention.Grouped(
        width, heads, keyValueHeads, headWidth(), true, true, std, outStd());
  }

  private int headWidth() {
    return width / heads;
  }

  /** Standard deviation of the first weights of what is added to the residual. */
  @JsonIgnore
  double outStd() {
    return std / Math.sqrt(2.0 * layers);
  }

  /** As {@link LlamaConfig#tokenCost}, with an MLP of one result and its activation. */
  @JsonIgnore
  MemoryPlan.TokenCost tokenCost() {
    long shared = 2L * keyValueHeads * headWidth();
    long attention = 4L * width + 2 * shared;
    return new MemoryPlan.TokenCost(
        layers * shared, 3L * width + Math.max(attention, 2L * mlpWidth));
  }

  /** Whether vectors are multiplied by a matrix; in a table of positions, rows are looked up. */
  boolean isInt8(String matrix) {
    return !matrix.equals("positions.weight") && (tied || !matrix.equals("tokens.weight"));
  }

  /** The id that ends a text. */
  @JsonIgnore
  public int end() {
    return endId < 0 ? vocabularySize - 1 : endId;
  }

  /** The same for a vocabulary of another size. */
  public GptConfig withVocabulary(int size) {
    return with(size, contextLength, endId);
  }

  /** The same for texts of another length. */
  public GptConfig withContextLength(int tokens) {
    return with(vocabularySize, tokens, endId);
  }

  /** The same with the id that ends a text as it is. */
  GptConfig withEnd() {
    return with(vocabularySize, contextLength, end());
  }

  private GptConfig with(int size, int tokens, int end) {
    return new GptConfig(
        size,
        tokens,
        end,
        width,
        tokenWidth,
        layers,
        heads,
        keyValueHeads,
        mlpWidth,
        activation,
        epsilon,
        norms,
        lastNorm,
        tied,
        headBias,
        firstPosition,
        turned,
        std);
  }
}
