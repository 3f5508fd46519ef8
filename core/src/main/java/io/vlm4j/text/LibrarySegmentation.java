package io.vlm4j.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** A {@code tokenizer.json}, run by the Hugging Face tokenizers library. */
final class LibrarySegmentation implements Segmentation {
  static {
    // The library reports its use over the network unless both are set.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
  }

  private final TokenizerJson vocabulary;
  private final HuggingFaceTokenizer library;
  private final String endOfWord;

  /**
   * Takes over a description that {@link TokenizerJson} has checked: the library ends the process
   * on some that are wrong.
   */
  LibrarySegmentation(ObjectNode json, String place) {
    vocabulary = TokenizerJson.check(json, place);
    endOfWord = json.path("model").path("end_of_word_suffix").asString("");
    byte[] bytes = Json.toLine(vocabulary.json()).getBytes(StandardCharsets.UTF_8);
    try {
      library =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(bytes),
              Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"));
    } catch (IOException | RuntimeException e) {
      throw new InputException(place + ": not a usable tokenizer.json: " + oneLine(e), e);
    }
  }

  @Override
  public long[] encode(String text) {
    try {
      return library.encode(text).getIds();
    } catch (RuntimeException e) {
      throw new InputException("the tokenizer cannot encode a text: " + oneLine(e), e);
    }
  }

  /** The library knows no end of a word; Python's CLIP tokenizer makes it a space, as here. */
  @Override
  public String decode(long[] ids) {
    String text = library.decode(ids, true);
    return endOfWord.isEmpty() ? text : text.replace(endOfWord, " ").strip();
  }

  @Override
  public OptionalInt id(String piece) {
    return vocabulary.id(piece);
  }

  @Override
  public int size() {
    return vocabulary.size();
  }

  @Override
  public void close() {
    library.close();
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
