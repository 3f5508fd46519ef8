package io.vlm4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Damaged tokenizer files give ids or a refusal; never does the native library end the process. */
class TokenizerDamageTest {
  private static final List<String> TEXTS =
      List.of(
          "",
          "A photo of 2 cats's",
          "\ufb01 \ud83d\ude42\u3000e\u0301 <|endoftext|>",
          "</s> \u2581");

  /** Values that take the place of others. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1",
          "255",
          "65536",
          "4294967295",
          "1e300",
          "0.5",
          "\"\"",
          "\"a\"",
          "\"\\\\s*\"",
          "\"(\"",
          "\"\ud83d\ude42\"",
          "[]",
          "{}",
          "[[]]",
          "[\"a\",1]",
          "\"Sequence\"",
          "\"BPE\"",
          "\"Unigram\"",
          "\"ByteLevel\"",
          "\"Metaspace\"",
          "\"Strip\"",
          "\"Split\"",
          "\"Replace\"",
          "\"Digits\"",
          "\"WordPiece\"",
          "\"NFKD\"",
          "\"Prepend\"");

  @TempDir Path folder;

  @BeforeEach
  void writeTokenizer() {
    try (var tokenizer = Tokenizer.of(BytePairs.learn(BytePairsTest.TEXTS, 610), 12)) {
      tokenizer.write(folder);
    }
  }

  /** A SentencePiece model in the form of a tokenizer.json, as Hugging Face converts them. */
  private static ObjectNode unigram() {
    ObjectNode json = Json.object();
    byte[] bytes = SentencePieceTest.resource("unigram.model");
    SentencePieceModel model = SentencePieceModel.parse(bytes, "unigram");
    ObjectNode part = json.putObject("model").put("type", "Unigram").put("unk_id", 2);
    ArrayNode vocabulary = part.putArray("vocab");
    model.pieces().forEach(piece -> vocabulary.addArray().add(piece.text()).add(piece.score()));
    var normalizers = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers
        .addObject()
        .put("type", "Precompiled")
        .put("precompiled_charsmap", Base64.getEncoder().encodeToString(rules(bytes)));
    normalizers
        .addObject()
        .put("type", "Replace")
        .put("content", " ")
        .putObject("pattern")
        .put("Regex", " {2,}");
    json.putObject("pre_tokenizer")
        .put("type", "Metaspace")
        .put("replacement", "\u2581")
        .put("prepend_scheme", "always");
    json.putObject("decoder").put("type", "Metaspace").put("replacement", "\u2581");
    return json;
  }

  /** The precompiled rules: the longest field of the normaliser, found by its own length. */
  private static byte[] rules(byte[] model) {
    for (int at = model.length - 4; at > 0; at--) {
      int length = (model[at + 1] & 0x7f) | (model[at + 2] & 0x7f) << 7;
      if (model[at] == 0x12 && model[at + 1] < 0 && model[at + 2] > 0 && length > 2000) {
        return Arrays.copyOfRange(model, at + 3, at + 3 + length);
      }
    }
    throw new AssertionError("the model has no rules");
  }

  @Test
  void aSentencePieceModelAsTokenizerJsonIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("unigram.json"), Json.toLine(unigram()));
    var rules = TokenizerRules.sigLip(64).withCleaning(TextCleaning.NONE);
    var model =
        new SentencePiece(
            SentencePieceModel.parse(SentencePieceTest.resource("unigram.model"), "unigram"));
    try (var tokenizer = Tokenizer.read(file, rules)) {
      long[] ids = tokenizer.encode("a photo of two small cats");
      assertThat(Arrays.copyOf(ids, ids.length - 1))
          .containsExactly(model.encode("a photo of two small cats"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "0", "true", "[]", "\"\"", "\"a\"", "\"AAAA\""})
  void rulesThatAreNoneAreRefused(String rules) throws IOException {
    ObjectNode json = unigram();
    ((ObjectNode) json.path("normalizer").path("normalizers").path(0))
        .set("precompiled_charsmap", Json.parse(rules));
    Path file = Files.writeString(folder.resolve("unigram.json"), Json.toLine(json));
    assertThatThrownBy(() -> Tokenizer.read(file, TokenizerRules.sigLip(12)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("normalisation rules");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\s*", "\\b", "^", "(?=c)", "x?", "("})
  void replacingNothingIsRefused(String regex) throws IOException {
    ObjectNode json = unigram();
    ((ObjectNode) json.path("normalizer").path("normalizers").path(1).path("pattern"))
        .put("Regex", regex);
    Path file = Files.writeString(folder.resolve("unigram.json"), Json.toLine(json));
    assertThatThrownBy(() -> Tokenizer.read(file, TokenizerRules.sigLip(12)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'normalizer' replaces");
  }

  @Test
  void aTokenizerJsonWithChangedValues() throws IOException {
    Random random = Randomness.ofTest();
    JsonNode bytePairs = Json.readObject(folder.resolve("tokenizer.json"));
    JsonNode unigram = unigram();
    repeat(
        900,
        round -> {
          JsonNode json = (round % 3 == 0 ? unigram : bytePairs).deepCopy();
          for (int change = random.nextInt(3); change >= 0; change--) {
            change(json, random);
          }
          write("tokenizer.json", Json.toLine(json).getBytes());
          tryOut(round % 3 == 0 ? TokenizerRules.sigLip(12) : TokenizerRules.clip(12));
        });
  }

  /** Walks down at random and replaces, removes or doubles what it comes to. */
  private static void change(JsonNode json, Random random) {
    JsonNode node = json;
    while (true) {
      var children = new ArrayList<String>();
      if (node instanceof ObjectNode object) {
        children.addAll(object.propertyNames());
      }
      int size = node.isArray() ? node.size() : children.size();
      if (size == 0) {
        return;
      }
      int at = random.nextInt(size);
      JsonNode child = node.isArray() ? node.path(at) : node.path(children.get(at));
      if (child.isContainer() && !child.isEmpty() && random.nextInt(5) > 0) {
        node = child;
        continue;
      }
      JsonNode value = Json.parse(VALUES.get(random.nextInt(VALUES.size())));
      if (node instanceof ArrayNode array) {
        switch (random.nextInt(3)) {
          case 0 -> array.remove(at);
          case 1 -> array.insert(at, child.deepCopy());
          default -> array.set(at, value);
        }
      } else if (node instanceof ObjectNode object) {
        if (random.nextInt(3) == 0) {
          object.remove(children.get(at));
        } else {
          object.set(children.get(at), value);
        }
      }
      return;
    }
  }

  @Test
  void filesWithChangedBytes() throws IOException {
    Random random = Randomness.ofTest();
    for (String name :
        List.of("tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json")) {
      writeTokenizer();
      byte[] whole = Files.readAllBytes(folder.resolve(name));
      if (!name.equals("tokenizer.json")) {
        Files.delete(folder.resolve("tokenizer.json"));
      }
      repeat(
          125,
          _ -> {
            byte[] bytes = whole.clone();
            for (int change = random.nextInt(6); change >= 0; change--) {
              bytes[random.nextInt(bytes.length)] =
                  random.nextBoolean()
                      ? (byte) random.nextInt(256)
                      : whole[random.nextInt(whole.length)];
            }
            int length = random.nextInt(8) == 0 ? random.nextInt(bytes.length) : bytes.length;
            write(name, Arrays.copyOf(bytes, length));
            tryOut(null);
          });
    }
  }

  private static void repeat(int rounds, Consumer<Integer> round) {
    for (int i = 0; i < rounds; i++) {
      round.accept(i);
    }
  }

  private void write(String name, byte[] content) {
    try {
      Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads the folder, by given rules or its own, and encodes; a refusal is as good as ids. */
  private void tryOut(@Nullable TokenizerRules rules) {
    try (var tokenizer =
        rules == null ? Tokenizer.read(folder, 12) : Tokenizer.read(folder, rules)) {
      for (String text : TEXTS) {
        long[] ids = tokenizer.encode(text);
        assertThat(ids).hasSizeBetween(1, 12).endsWith(tokenizer.endId());
        assertThat(tokenizer.decode(ids)).isNotNull();
      }
    } catch (InputException e) {
      assertThat(e.getMessage().lines()).as(e.getMessage()).hasSize(1);
    }
  }
}
