package io.vlm4j.text;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TokenizerFilesTest {
  private static final BytePairs PAIRS = BytePairs.learn(BytePairsTest.TEXTS, 610);

  @TempDir Path folder;

  private static List<String> texts(Path folder) throws IOException {
    String json = Files.readString(folder.resolve("expected/texts.json"));
    return Json.parse(json).valueStream().map(JsonNode::asString).toList();
  }

  private static String randomText(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(20); i >= 0; i--) {
      int limit = random.nextInt(4) == 0 ? 0x20000 : random.nextInt(2) == 0 ? 0x80 : 0x3000;
      int point = random.nextInt(limit);
      text.appendCodePoint(point >= 0xd800 && point <= 0xdfff ? ' ' : point);
    }
    return text.toString();
  }

  @Test
  void anOpenClipFolderGivesOpenClipsRows() throws IOException {
    Path source = Fixtures.folder("openclip-tiny");
    try (var tokenizer = Tokenizer.read(source, 77);
        var _ = new Scope()) {
      assertThat(tokenizer.rules()).isEqualTo(TokenizerRules.openClip(77));
      var expected =
          Fixtures.tensors("openclip-tiny/expected/forward.safetensors").get("input_ids");
      assertThat(Tensors.toLongs(tokenizer.encode(texts(source))))
          .containsExactly(Tensors.toLongs(expected));
    }
  }

  @Test
  void aHuggingFaceFolderPadsWithTheEndOfText() {
    Path source = Fixtures.folder("clip-hf-tiny");
    try (var tokenizer = Tokenizer.read(source, 77);
        var _ = new Scope()) {
      assertThat(tokenizer.rules()).isEqualTo(TokenizerRules.clip(77));
      assertThat(tokenizer.vocabularySize()).isEqualTo(49408);
      assertThat(Tensors.toLongs(tokenizer.encode(List.of("")))).startsWith(49406).endsWith(49407);
    }
  }

  @Test
  void vocabularyAndMergesGiveTheIdsOfTokenizerJson() throws IOException {
    Path source = Fixtures.folder("clip-hf-tiny");
    for (String name : List.of("vocab.json", "merges.txt")) {
      Files.copy(source.resolve(name), folder.resolve(name));
    }
    assertSameIds(source.resolve("tokenizer.json"), folder, TokenizerRules.clip(77));
    assertSameIds(source, folder.resolve("vocab.json"), TokenizerRules.openClip(77));
  }

  @Test
  void openClipsListOfMergesGivesTheSameVocabulary() throws IOException {
    Path source = Fixtures.folder("openclip-tiny");
    Path list = folder.resolve("bpe_simple_vocab_16e6.txt.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(list))) {
      byte[] merges = Files.readAllBytes(source.resolve("merges.txt"));
      out.write(merges);
      out.write("never read\n".repeat(100_000).getBytes());
    }
    assertSameIds(source, folder, TokenizerRules.openClip(77));
    assertSameIds(source, list, TokenizerRules.clip(77));
  }

  private static void assertSameIds(Path one, Path other, TokenizerRules rules) {
    Random random = Randomness.ofTest();
    try (var expected = Tokenizer.read(one, rules);
        var tokenizer = Tokenizer.read(other, rules)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(expected.vocabularySize());
      for (int round = 0; round < 300; round++) {
        String text = randomText(random);
        assertThat(tokenizer.encode(text)).as(text).containsExactly(expected.encode(text));
      }
    }
  }

  @Test
  void anOpenClipTextMayNameItsEnd() throws IOException {
    writeLearned();
    try (var openClip = Tokenizer.read(folder, TokenizerRules.openClip(9));
        var clip = Tokenizer.read(folder, TokenizerRules.clip(9))) {
      assertThat(openClip.encode("<END_OF_TEXT>")).containsExactly(608, 609, 609);
      assertThat(openClip.encode("<|endoftext|>")).hasSizeGreaterThan(3);
      assertThat(clip.encode("<|endoftext|>")).containsExactly(608, 609, 609);
    }
  }

  private void writeLearned() {
    try (var tokenizer = Tokenizer.of(PAIRS, 9)) {
      tokenizer.write(folder);
    }
  }

  private Path siglip(String model, String config) throws IOException {
    Files.write(folder.resolve("spiece.model"), SentencePieceTest.resource(model));
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
    return folder;
  }

  @Test
  void sigLipPadsAlwaysHasNoStartAndKeepsItsEnd() throws IOException {
    Path source =
        siglip(
            "unigram.model",
            "{\"tokenizer_class\":\"SiglipTokenizer\",\"pad_token\":{\"content\":\"</s>\"}}");
    try (var tokenizer = Tokenizer.read(source, 6);
        var _ = new Scope()) {
      assertThat(tokenizer.rules()).isEqualTo(TokenizerRules.sigLip(6));
      assertThat(tokenizer.startId()).isEmpty();
      assertThat(tokenizer.endId()).isEqualTo(1);
      assertThat(tokenizer.padId()).isEqualTo(1);
      long[] row = Tensors.toLongs(tokenizer.encode(List.of("A cat!")));
      assertThat(row).containsExactly(row[0], row[1], 1, 1, 1, 1);
      assertThat(tokenizer.decode(row)).isEqualTo("a cat");
      assertThat(tokenizer.encode("two birds next to a small dog")).hasSize(6).endsWith(1);
      assertThat(tokenizer.encode("")).containsExactly(1);
    }
  }

  @Test
  void sigLip2LowersAndPadsWithZero() throws IOException {
    Path source =
        siglip(
            "byte-fallback.model",
            "{\"tokenizer_class\":\"GemmaTokenizerFast\",\"eos_token\":\"</s>\"}");
    try (var tokenizer = Tokenizer.read(source, 64);
        var _ = new Scope()) {
      assertThat(tokenizer.rules().cleaning()).isEqualTo(TextCleaning.SIGLIP2);
      assertThat(tokenizer.encode("A PHOTO, OK")).containsExactly(tokenizer.encode("a photo, ok"));
      long[] row = Tensors.toLongs(tokenizer.encode(List.of("a cat")));
      assertThat(row).hasSize(64).endsWith(0, 0, 0);
      assertThat(Arrays.stream(row).filter(id -> id == tokenizer.endId())).hasSize(1);
    }
  }

  @Test
  void openClipsConfigurationNamesTheCleaning() throws IOException {
    Files.write(folder.resolve("tokenizer.model"), SentencePieceTest.resource("unigram.model"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\":\"T5Tokenizer\",\"pad_token\":\"</s>\"}");
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        """
        {"model_cfg": {"text_cfg": {"hf_tokenizer_name": "timm/ViT-B-16-SigLIP",
          "tokenizer_kwargs": {"clean": "canonicalize"}}}}
        """);
    assertThat(TokenizerRules.of(folder, 64))
        .isEqualTo(
            new TokenizerRules(
                64,
                TextCleaning.OPEN_CLIP_CANONICAL,
                Optional.empty(),
                "</s>",
                Optional.of("</s>")));
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        "{\"model_cfg\":{\"text_cfg\":{\"tokenizer_kwargs\":{\"clean\":\"scrub\"}}}}");
    assertRefused(() -> TokenizerRules.of(folder, 64), folder.toString(), "clean", "scrub");
  }

  @Test
  void aPostProcessorTellsStartAndEndOfATokenizerThatIsNotKnown() throws IOException {
    writeLearned();
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"Roberta\"}");
    assertThat(TokenizerRules.of(folder, 9))
        .isEqualTo(
            new TokenizerRules(
                9,
                TextCleaning.NONE,
                Optional.of(BytePairs.START),
                BytePairs.END,
                Optional.of(BytePairs.END)));
  }

  @Test
  void foreignFilesAreWrittenAsTheyWere() throws IOException {
    Path source =
        siglip("unigram.model", " {\"tokenizer_class\": \"SiglipTokenizer\",\"extra\":1 }\n");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{ \"eos_token\":\"</s>\" }");
    Path copy = folder.resolve("copy");
    try (var tokenizer = Tokenizer.read(source, 64)) {
      tokenizer.write(copy);
    }
    for (String name :
        List.of("spiece.model", "tokenizer_config.json", "special_tokens_map.json")) {
      assertThat(copy.resolve(name)).hasSameBinaryContentAs(source.resolve(name));
    }
    assertThat(copy.toFile().list()).hasSize(3);
  }

  @Test
  void rulesThatForeignFilesDoNotTellAreKept() throws IOException {
    writeLearned();
    TokenizerRules rules = TokenizerRules.openClip(9);
    Path copy = folder.resolve("copy");
    try (var tokenizer = Tokenizer.read(folder, rules)) {
      tokenizer.write(copy);
      tokenizer.write(copy); // over itself
    }
    assertThat(copy.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(folder.resolve("tokenizer.json"));
    assertThat(Json.readObject(copy.resolve("tokenizer_config.json")).path("tokenizer_class"))
        .hasToString("\"CLIPTokenizer\"");
    try (var again = Tokenizer.read(copy, 9)) {
      assertThat(again.rules()).isEqualTo(rules);
      again.write(folder.resolve("third"));
    }
    assertThat(folder.resolve("third/tokenizer_config.json"))
        .hasSameBinaryContentAs(copy.resolve("tokenizer_config.json"));
  }

  @Test
  void aFolderWithoutATokenizerIsRefusedAndSaysWhatWouldBeRight() {
    assertRefused(
        () -> Tokenizer.read(folder, TokenizerRules.openClip(77)),
        folder.toString(),
        "tokenizer.json",
        "bpe_simple_vocab_16e6.txt.gz");
  }

  @Test
  void rulesThatTheVocabularyCannotFollowAreRefused() {
    writeLearned();
    assertRefused(
        () -> Tokenizer.read(folder, TokenizerRules.sigLip2(64)),
        folder.toString(),
        "<eos>",
        "end of text");
    assertRefused(() -> TokenizerRules.clip(1), "context of 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"dropout\":0.1",
        "\"continuing_subword_prefix\":\"####\"",
        "\"type\":\"Magic\"",
        "\"merges\":[\"a\"]",
        "\"vocab\":{\"a\":-1}",
        "\"vocab\":{\"a\":4000000000}"
      })
  void aModelThatTheLibraryMustNotGetIsRefused(String change) throws IOException {
    writeLearned();
    var json = Json.readObject(folder.resolve("tokenizer.json"));
    Json.parse("{" + change + "}")
        .properties()
        .forEach(entry -> ((ObjectNode) json.path("model")).set(entry.getKey(), entry.getValue()));
    Path file = Files.writeString(folder.resolve("tokenizer.json"), Json.toLine(json));
    assertRefused(() -> Tokenizer.read(file, 9), file.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a+)+$", "(?:a|aa)*b", ""})
  void aPatternThatMayNeverEndIsRefused(String regex) throws IOException {
    writeLearned();
    String json = Files.readString(folder.resolve("tokenizer.json"));
    Path file =
        Files.writeString(
            folder.resolve("tokenizer.json"),
            json.replace(Json.toLine(BytePairs.WORDS), Json.toLine(regex)));
    assertRefused(() -> Tokenizer.read(file, 9), file.toString(), "pattern");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no gzip", "", "\u001f"})
  void aListOfMergesThatIsNoGzipIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("list.txt.gz"), content);
    assertRefused(() -> Tokenizer.read(file, TokenizerRules.openClip(77)), file.toString(), "gzip");
  }

  @Test
  void mergesThatDoNotFitTheVocabularyAreNamed() throws IOException {
    writeLearned();
    Files.delete(folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nzz yy</w>\n");
    assertRefused(() -> Tokenizer.read(folder, 9), "vocab.json", "zz yy</w>");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b c\n");
    assertRefused(() -> Tokenizer.read(folder, 9), "line 2", "a b c");
    Files.delete(folder.resolve("merges.txt"));
    assertRefused(() -> Tokenizer.read(folder, 9), "merges.txt");
  }
}
