package io.vlm4j.text;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The models and the expected ids were made by SentencePiece 0.1.97 itself; {@code
 * sentencepiece.md} beside them says how.
 */
class SentencePieceTest {
  static byte[] resource(String name) {
    try (var in = SentencePieceTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SentencePiece model(String name) {
    return new SentencePiece(SentencePieceModel.parse(resource(name + ".model"), name));
  }

  private static JsonNode expected() {
    return Json.parse(new String(resource("sentencepiece.json"), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unigram", "unigram-identity", "byte-fallback"})
  void idsAreThoseOfTheLibraryItself(String name) {
    SentencePiece model = model(name);
    for (JsonNode row : expected()) {
      String text = row.path("text").asString();
      long[] ids = row.path(name).valueStream().mapToLong(JsonNode::asLong).toArray();
      assertThat(model.encode(text)).as(Json.toLine(row.path("text"))).containsExactly(ids);
    }
  }

  @Test
  void aRunOfUnknownCharactersIsOneUnknownPiece() {
    long unknown = model("unigram").id("<unk>").orElseThrow();
    assertThat(model("unigram").encode("\u05d0\u05d1\u05d2")).endsWith(unknown).hasSize(2);
  }

  @Test
  void unknownCharactersFallBackToTheirBytes() {
    SentencePiece model = model("byte-fallback");
    assertThat(model.encode("\u05d0"))
        .containsExactly(model.id("<0xD7>").getAsInt(), model.id("<0x90>").getAsInt());
    assertThat(model.decode(model.encode("a \u05d0 photo"))).isEqualTo("a \u05d0 photo");
  }

  @Test
  void decodingGivesTheNormalisedText() {
    SentencePiece model = model("unigram");
    assertThat(model.decode(model.encode("  a   photo \uff4f\uff46 a cat ")))
        .isEqualTo("a photo of a cat");
  }

  @Test
  void controlPiecesAreNotMatchedInText() {
    SentencePiece model = model("unigram");
    assertThat(model.encode("a </s> b")).doesNotContain(model.id("</s>").getAsInt());
  }

  @Test
  void aTextMayBringItsOwnSpaceMark() {
    SentencePiece model = model("unigram");
    assertThat(model.withoutDummyPrefix().encode("\u2581a photo"))
        .containsExactly(model.encode("a photo"));
    assertThat(model.withoutDummyPrefix().encode("\u2581")).isEmpty();
  }

  @Test
  void halfASurrogatePairCountsAsAReplacementCharacter() {
    SentencePiece model = model("byte-fallback");
    assertThat(model.encode("a\ud83d")).containsExactly(model.encode("a\ufffd"));
  }

  @Test
  void aCutOffModelIsRefused() {
    byte[] whole = resource("unigram.model");
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    assertRefused(
        () -> SentencePieceModel.parse(half, "half.model"), "half.model", "SentencePiece");
    assertRefused(
        () -> SentencePieceModel.parse(new byte[0], "empty.model"), "empty.model", "unknown");
  }

  @Test
  void aDamagedModelGivesIdsOrIsRefused() {
    Random random = Randomness.ofTest();
    int refused = 0;
    for (int round = 0; round < 600; round++) {
      byte[] bytes = resource(round % 2 == 0 ? "unigram.model" : "byte-fallback.model").clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        // Half of the changes hit the end, where the rules and settings lie.
        int from = random.nextBoolean() ? 0 : bytes.length - 5000;
        bytes[from + random.nextInt(bytes.length - from)] = (byte) random.nextInt(256);
      }
      try {
        var model = new SentencePiece(SentencePieceModel.parse(bytes, "damaged"));
        long[] ids = model.encode("a photo \ufb01ne \u2460 \ud83d\ude42 cat\u0301\u3000x");
        assertThat(Arrays.stream(ids)).allMatch(id -> id >= 0 && id < model.size());
        assertThat(model.decode(ids)).isNotNull();
      } catch (InputException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
