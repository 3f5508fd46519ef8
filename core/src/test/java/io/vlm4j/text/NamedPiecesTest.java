package io.vlm4j.text;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Folders of Llama's kind that have a {@code tokenizer.model} and nothing else to cut texts with;
 * {@code sentencepiece.md} says how the expected ids were made.
 */
class NamedPiecesTest {
  private static final String LLAMA =
      "{\"tokenizer_class\":\"LlamaTokenizer\",\"bos_token\":{\"content\":\"<s>\"},"
          + "\"eos_token\":\"</s>\",\"unk_token\":\"<unk>\",\"legacy\":%s}";

  @TempDir Path folder;

  private Path folder(String config) throws IOException {
    Files.write(folder.resolve("tokenizer.model"), SentencePieceTest.resource("llama.model"));
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
    return folder;
  }

  private static JsonNode expected() {
    return Json.parse(new String(SentencePieceTest.resource("llama.json"), StandardCharsets.UTF_8));
  }

  private static long[] ids(JsonNode list) {
    return list.valueStream().mapToLong(JsonNode::asLong).toArray();
  }

  @Test
  void idsAndTextsAreThoseOfTheLibraryItself() {
    var pieces =
        new SentencePiece(
            SentencePieceModel.parse(SentencePieceTest.resource("llama.model"), "llama"));
    assertThat(expected().path("plain").size()).isEqualTo(360);
    for (JsonNode row : expected().path("plain")) {
      String text = row.path("text").asString();
      String shown = Json.toLine(row.path("text"));
      assertThat(pieces.encode(text)).as(shown).containsExactly(ids(row.path("ids")));
      assertThat(pieces.decode(ids(row.path("ids"))))
          .as(shown)
          .isEqualTo(row.path("decoded").asString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void namesOfSpecialPiecesInATextAreThosePieces(String kind) throws IOException {
    folder(LLAMA.formatted(kind.equals("legacy")));
    Files.writeString(
        folder.resolve("added_tokens.json"), "{\"<im_end>\": 1601, \"<im_start>\": 1600}");
    try (var tokenizer = Tokenizer.read(folder, 64)) {
      for (JsonNode row : expected().path("named")) {
        assertThat(tokenizer.pieces(row.path("text").asString()))
            .as(Json.toLine(row.path("text")))
            .containsExactly(ids(row.path(kind)));
      }
      assertThat(tokenizer.vocabularySize()).isEqualTo(1602);
      assertThat(tokenizer.decode(tokenizer.pieces("a cat<im_end></s>"))).isEqualTo("a cat");
    }
  }

  @Test
  void anAddedPieceMayBeShownAndMayTakeTheSpacesBesideIt() throws IOException {
    folder(
        """
        {"tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": {
          "1600": {"content": "<tool>", "special": false, "lstrip": true, "rstrip": true}}}\
        """);
    try (var tokenizer = Tokenizer.read(folder, 64)) {
      long[] ids = tokenizer.pieces("a  <tool>  b");
      assertThat(ids).containsExactly(tokenizer.pieces("a<tool>b")).contains(1600);
      assertThat(tokenizer.decode(ids)).isEqualTo("a<tool>b");
    }
  }

  @Test
  void aLlamaWithNothingButItsModelHasLlamasStartAndEnd() throws IOException {
    Files.write(folder.resolve("tokenizer.model"), SentencePieceTest.resource("llama.model"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
    try (var tokenizer = Tokenizer.read(folder, 64)) {
      assertThat(tokenizer.startId()).hasValue(1);
      assertThat(tokenizer.endId()).isEqualTo(2);
      assertThat(tokenizer.padId()).isZero();
      assertThat(tokenizer.pieces("</s>")).containsExactly(2);
    }
  }

  @Test
  void aFolderThatAsksForNoStartHasNone() throws IOException {
    folder("{\"tokenizer_class\":\"LlamaTokenizer\",\"add_bos_token\":false}");
    try (var tokenizer = Tokenizer.read(folder, 64)) {
      assertThat(tokenizer.startId()).isEmpty();
    }
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    folder(LLAMA.formatted(false));
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<im_end>\": 1600}");
    Path copy = Files.createDirectory(folder.resolve("copy"));
    try (var tokenizer = Tokenizer.read(folder, 64)) {
      tokenizer.write(copy);
      try (var again = Tokenizer.read(copy, 64)) {
        assertThat(again.rules()).isEqualTo(tokenizer.rules());
        assertThat(again.pieces("a</s>b<im_end>")).isEqualTo(tokenizer.pieces("a</s>b<im_end>"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"<im_end>\": 5}", "{\"</s>\": 1600}", "{\"<a>\": 1600, \"<b>\": 1600}"})
  void anAddedPieceWithTheIdOfAnotherIsRefused(String added) throws IOException {
    folder(LLAMA.formatted(true));
    Files.writeString(folder.resolve("added_tokens.json"), added);
    assertRefused(() -> Tokenizer.read(folder, 64), folder.toString(), "added token", "1600");
  }
}
