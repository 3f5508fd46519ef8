package io.vlm4j.text;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * How the texts of a model become rows of ids, beside its vocabulary. A text keeps its end when it
 * is cut to the context length.
 *
 * @param contextLength ids in a row
 * @param cleaning what is done to a text first
 * @param start the piece before every text; none in SigLIP
 * @param end the piece after every text
 * @param pad the piece that fills a row; id 0 is used where there is none, as in OpenCLIP
 */
public record TokenizerRules(
    int contextLength,
    TextCleaning cleaning,
    Optional<String> start,
    String end,
    Optional<String> pad) {
  static final String OPEN_CLIP_START = "<start_of_text>";
  static final String OPEN_CLIP_END = "<end_of_text>";

  private static final int LONGEST = 1 << 24;

  public TokenizerRules {
    int least = start.isPresent() ? 2 : 1;
    if (contextLength < least || contextLength > LONGEST) {
      throw new InputException(
          "a context of %d tokens cannot be: it holds start and end of text, and %d at most"
              .formatted(contextLength, LONGEST));
    }
  }

  /** CLIP as Hugging Face has it: start and end of text, padded with the end. */
  public static TokenizerRules clip(int contextLength) {
    return new TokenizerRules(
        contextLength,
        TextCleaning.NONE,
        Optional.of(BytePairs.START),
        BytePairs.END,
        Optional.of(BytePairs.END));
  }

  /** CLIP as OpenCLIP has it: cleaned, padded with 0, its own names for start and end of text. */
  public static TokenizerRules openClip(int contextLength) {
    return new TokenizerRules(
        contextLength,
        TextCleaning.OPEN_CLIP,
        Optional.of(OPEN_CLIP_START),
        OPEN_CLIP_END,
        Optional.empty());
  }

  /** SigLIP as Hugging Face has it: no start, always padded, with the end (id 1). */
  public static TokenizerRules sigLip(int contextLength) {
    return new TokenizerRules(
        contextLength, TextCleaning.SIGLIP, Optional.empty(), "</s>", Optional.of("</s>"));
  }

  /**
   * SigLIP 2: Gemma's vocabulary, lower case, no start, always padded with {@code <pad>} (id 0).
   */
  public static TokenizerRules sigLip2(int contextLength) {
    return new TokenizerRules(
        contextLength, TextCleaning.SIGLIP2, Optional.empty(), "<eos>", Optional.of("<pad>"));
  }

  /**
   * What the configuration files beside a tokenizer say: {@code tokenizer_config.json} and {@code
   * special_tokens_map.json}, in an OpenCLIP folder {@code open_clip_config.json}. Where they say
   * nothing, those of the family that uses such a vocabulary.
   *
   * @throws InputException if a file is damaged, or if it names a tokenizer whose start and end of
   *     text are not known
   */
  public static TokenizerRules of(Path folder, int contextLength) {
    return FolderRules.of(TokenizerFiles.read(folder), contextLength);
  }

  /** The same with another cleaning. */
  public TokenizerRules withCleaning(TextCleaning other) {
    return new TokenizerRules(contextLength, other, start, end, pad);
  }

  /** All but the context length, to be written where no foreign file says it. */
  ObjectNode toTree() {
    ObjectNode tree = Json.object().put("cleaning", cleaning.toString());
    start.ifPresent(piece -> tree.put("start", piece));
    tree.put("end", end);
    pad.ifPresent(piece -> tree.put("pad", piece));
    return tree;
  }

  static TokenizerRules fromTree(ObjectNode tree, int contextLength) {
    return new TokenizerRules(
        contextLength,
        TextCleaning.parse(tree.path("cleaning").asString("")),
        Optional.ofNullable(tree.path("start").asString(null)),
        tree.path("end").asString(""),
        Optional.ofNullable(tree.path("pad").asString(null)));
  }
}
