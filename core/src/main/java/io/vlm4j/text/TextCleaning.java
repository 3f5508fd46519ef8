package io.vlm4j.text;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What is done to a text before it is cut into tokens, as data: steps in their order, written as
 * {@code "fix|unescape|unescape|collapse|lower"}. A model only understands texts that were cleaned
 * as in its training.
 */
public record TextCleaning(List<Step> steps) {
  /** One step. White space is what Python's {@code str.isspace} says. */
  public enum Step {
    /** Repairs broken text as ftfy does; {@link BrokenText} says what is the same. */
    FIX,
    /** HTML 5 character references, as Python's {@code html.unescape}. */
    UNESCAPE,
    /** Strips white space at both ends and makes every other run of it one space. */
    COLLAPSE,
    /** Lower case, as Python's {@code str.lower}. */
    LOWER,
    /** Every underscore becomes a space. */
    UNDERSCORES,
    /** Drops ASCII punctuation: {@code !"#$%&'()*+,-./:;<=>?@[\]^_`{|}~}. */
    PUNCTUATION,
    /**
     * Puts a SentencePiece space mark before the text, and spaces where the text has one. The
     * SentencePiece model then adds none of its own.
     */
    MARK;

    String apply(String text) {
      return switch (this) {
        case FIX -> BrokenText.fix(text);
        case UNESCAPE -> CharacterReferences.unescape(text);
        case COLLAPSE -> collapse(text);
        case LOWER -> LowerCase.of(text);
        case UNDERSCORES -> text.replace('_', ' ');
        case PUNCTUATION -> withoutPunctuation(text);
        case MARK -> SentencePiece.SPACE + text.replace(SentencePiece.SPACE, " ");
      };
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Leaves every text as it is. */
  public static final TextCleaning NONE = new TextCleaning(List.of());

  /** OpenCLIP's {@code clean: lower}, that of CLIP's own tokenizer. */
  public static final TextCleaning OPEN_CLIP = parse("fix|unescape|unescape|collapse|lower");

  /** OpenCLIP's {@code clean: whitespace}, its default around Hugging Face tokenizers. */
  public static final TextCleaning OPEN_CLIP_CASED = parse("fix|unescape|unescape|collapse");

  /** OpenCLIP's {@code clean: canonicalize}, that of its SigLIP models. */
  public static final TextCleaning OPEN_CLIP_CANONICAL =
      parse("fix|unescape|unescape|underscores|punctuation|lower|collapse");

  /** What transformers' {@code SiglipTokenizer} does around SentencePiece. */
  public static final TextCleaning SIGLIP = parse("mark|lower|punctuation|collapse");

  /** What transformers' {@code Siglip2Tokenizer} adds to Gemma's. */
  public static final TextCleaning SIGLIP2 = parse("lower");

  public TextCleaning {
    steps = List.copyOf(steps);
  }

  /**
   * The cleaning of a description as {@link #toString} writes it.
   *
   * @throws InputException if a step is unknown
   */
  public static TextCleaning parse(String description) {
    var steps = new ArrayList<Step>();
    for (String word : description.isEmpty() ? new String[0] : description.split("\\|", -1)) {
      steps.add(
          Arrays.stream(Step.values())
              .filter(step -> step.word().equals(word))
              .findFirst()
              .orElseThrow(() ->
                  new InputException(
                      "text cleaning has no step %s; it has %s"
                          .formatted(
                              Json.toLine(word), new TextCleaning(List.of(Step.values()))))));
    }
    return new TextCleaning(steps);
  }

  /** The cleaned text. */
  public String clean(String text) {
    for (Step step : steps) {
      text = step.apply(text);
    }
    return text;
  }

  /** The steps' names with a bar between; empty for none. */
  @Override
  public String toString() {
    return steps.stream().map(Step::word).collect(Collectors.joining("|"));
  }

  private static String collapse(String text) {
    var out = new StringBuilder(text.length());
    boolean isAfterSpace = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isSpace(c)) {
        isAfterSpace = true;
        continue;
      }
      if (isAfterSpace && !out.isEmpty()) {
        out.append(' ');
      }
      isAfterSpace = false;
      out.append(c);
    }
    return out.toString();
  }

  private static boolean isSpace(char c) {
    return c == ' '
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  private static String withoutPunctuation(String text) {
    var out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isKept = c <= ' ' || c >= 0x7f || Character.isLetterOrDigit(c);
      if (isKept) {
        out.append(c);
      }
    }
    return out.toString();
  }
}
