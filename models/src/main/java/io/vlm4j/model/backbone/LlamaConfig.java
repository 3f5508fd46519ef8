package io.vlm4j.model.backbone;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.vlm4j.io.InputException;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Attention;
import io.vlm4j.nn.Rotary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a {@link Llama}, and in what Llama, Mistral and Qwen2 differ.
 *
 * @param vocabularySize V, number of token ids
 * @param contextLength number of positions, prompt and answer together
 * @param endId the id that ends a text; negative for the highest of the vocabulary
 * @param width D
 * @param layers number of blocks
 * @param heads of queries
 * @param keyValueHeads of keys and values, which divide the heads
 * @param headWidth d, as a rule width / heads
 * @param mlpWidth hidden width of the gated MLPs
 * @param activation of the gates, by its name in Hugging Face configurations
 * @param epsilon of the norms
 * @param biases which projections of the attention have biases
 * @param tied whether the vectors of the tokens are also the weights of the output
 * @param window how many positions one sees, itself included; 0 for all
 * @param rope the rotary positions
 * @param std standard deviation of the first weights
 */
public record LlamaConfig(
    int vocabularySize,
    int contextLength,
    int endId,
    int width,
    int layers,
    int heads,
    int keyValueHeads,
    int headWidth,
    int mlpWidth,
    String activation,
    double epsilon,
    Biases biases,
    boolean tied,
    int window,
    Rope rope,
    double std) {
  /** Checks the numbers. */
  public LlamaConfig {
    for (int size : List.of(vocabularySize, width, layers, heads, keyValueHeads, mlpWidth)) {
      if (size < 1) {
        throw new InputException(
            "vocabularySize, width, layers, heads, keyValueHeads and mlpWidth must be at least 1,"
                + " not "
                + size);
      }
    }
    if (contextLength < 2) {
      throw new InputException("contextLength must be at least 2, not " + contextLength);
    }
    if (heads % keyValueHeads != 0) {
      throw new InputException(
          heads + " heads are not a multiple of " + keyValueHeads + " keyValueHeads");
    }
    if (headWidth < 2 || headWidth % 2 != 0) {
      throw new InputException("headWidth must be even, not " + headWidth);
    }
    if (endId >= vocabularySize) {
      throw new InputException("endId must be an id of the vocabulary, not " + endId);
    }
    if (window < 0) {
      throw new InputException("window must be at least 0, not " + window);
    }
    Activation.of(activation);
  }

  /** Which projections of the attention have biases. */
  public enum Biases {
    /** None: Llama, Mistral. */
    NONE,
    /** Queries, keys and values: Qwen2. */
    INPUTS,
    /** The output too: Llama with {@code attention_bias}. */
    ALL
  }

  /**
   * Rotary positions.
   *
   * @param theta base of the frequencies
   * @param scaling how they are changed for longer texts; null for not at all
   */
  public record Rope(double theta, @Nullable Scaling scaling) {
    /**
     * Such positions of heads.
     *
     * @param width of what is turned of a head
     * @param contextLength number of positions
     */
    Rotary rotary(int width, int contextLength) {
      return scaling == null
          ? new Rotary(width, theta, contextLength, Rotary.Scaling.NONE)
          : new Rotary(width, theta, scaling.trained, scaling.rotary());
    }
  }

  /**
   * How frequencies are changed for longer texts; see {@link Rotary.Scaling}.
   *
   * @param kind {@code linear}, {@code dynamic}, {@code llama3} or {@code yarn}
   * @param factor by which texts become longer
   * @param trained number of positions before that
   * @param low Llama 3's factor of low frequencies, YaRN's {@code betaSlow}; others have none
   * @param high Llama 3's factor of high frequencies, YaRN's {@code betaFast}; others have none
   * @param magnitude YaRN's; others have none
   */
  public record Scaling(
      String kind, double factor, int trained, double low, double high, double magnitude) {
    /** Checks the kind. */
    public Scaling {
      if (!List.of("linear", "dynamic", "llama3", "yarn").contains(kind)) {
        throw new InputException(
            "unknown scaling of rotary positions '"
                + kind
                + "': use linear, dynamic, llama3 or yarn");
      }
    }

    private Rotary.Scaling rotary() {
      return switch (kind) {
        case "linear" -> new Rotary.Scaling.Linear(factor);
        case "dynamic" -> new Rotary.Scaling.Dynamic(factor);
        case "llama3" -> new Rotary.Scaling.Llama3(factor, low, high);
        default -> new Rotary.Scaling.Yarn(factor, high, low, magnitude);
      };
    }
  }

  /** The rotary positions of a head. */
  @JsonIgnore
  Rotary rotary() {
    return rope.rotary(headWidth, contextLength);
  }

  /** The sizes of an attention; what is added to the residual begins smaller in deeper stacks. */
  @JsonIgnore
  public Attention.Grouped attention() {
    return new Attention.Grouped(
        width,
        heads,
        keyValueHeads,
        headWidth,
        biases != Biases.NONE,
        biases == Biases.ALL,
        std,
        outStd());
  }

  /** Standard deviation of the first weights of what is added to the residual. */
  @JsonIgnore
  public double outStd() {
    return std / Math.sqrt(2.0 * layers);
  }

  /**
   * What a token takes in memory: keys and values of all layers, and one layer's widest results.
   */
  @JsonIgnore
  MemoryPlan.TokenCost tokenCost() {
    long shared = 2L * keyValueHeads * headWidth;
    long attention = 4L * heads * headWidth + 2 * shared;
    return new MemoryPlan.TokenCost(
        layers * shared, 3L * width + Math.max(attention, 3L * mlpWidth));
  }

  /**
   * Whether a matrix of the model is held in 8 bits where that is asked for: whatever vectors are
   * multiplied by, so the table of tokens too if it is also the output.
   */
  boolean isInt8(String matrix) {
    return tied || !matrix.equals("tokens.weight");
  }

  /** The id that ends a text. */
  @JsonIgnore
  public int end() {
    return endId < 0 ? vocabularySize - 1 : endId;
  }

  /** The same for a vocabulary of another size. */
  public LlamaConfig withVocabulary(int size) {
    return with(size, contextLength);
  }

  /** The same for texts of another length. */
  public LlamaConfig withContextLength(int tokens) {
    return with(vocabularySize, tokens);
  }

  private LlamaConfig with(int size, int tokens) {
    return new LlamaConfig(
        size,
        tokens,
        endId,
        width,
        layers,
        heads,
        keyValueHeads,
        headWidth,
        mlpWidth,
        activation,
        epsilon,
        biases,
        tied,
        window,
        rope,
        std);
  }
}
