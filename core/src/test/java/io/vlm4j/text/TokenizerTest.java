package io.vlm4j.text;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.vlm4j.io.Json;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TokenizerTest {
  private static final BytePairs PAIRS = BytePairs.learn(BytePairsTest.TEXTS, 610);
  private static final long START = 608;
  private static final long END = 609;

  @TempDir Path folder;

  @Test
  void randomTextsGetTheIdsOfAnIndependentByteLevelEncoding() {
    Random random = Randomness.ofTest();
    var rank = new HashMap<String, Integer>();
    PAIRS.merges().forEach(pair -> rank.put(pair.left() + " " + pair.right(), rank.size()));
    try (var tokenizer = Tokenizer.of(PAIRS, 1000)) {
      for (int round = 0; round < 500; round++) {
        String text = randomText(random);
        var expected = ReferenceBytePairs.encode(text, PAIRS.vocabulary(), rank);
        expected.addFirst(START);
        expected.addLast(END);
        assertThat(tokenizer.encode(text)).as(text).containsExactly(toLongs(expected));
      }
    }
  }

  private static final List<String> PARTS =
      List.of(
          "red",
          "Circle",
          "SQUARES",
          "nightlight",
          "photo",
          "Käse",
          "GRÜN",
          "e\u0301mile",
          "ÉMILE",
          "東京",
          "🙂",
          "👩‍👧",
          "🇩🇪",
          "  ",
          "   ",
          "\t",
          "\n",
          "\u00a0",
          "'s",
          "'LL",
          "''",
          "don't",
          "!",
          "...",
          "—",
          "42",
          "٣",
          "½",
          "<b>",
          "&amp;",
          "</w>",
          "a",
          "B",
          "ß",
          "Σας",
          "й",
          "ñ",
          "\u0000",
          "\u007f");

  private static String randomText(Random random) {
    var text = new StringBuilder();
    for (int parts = random.nextInt(12); parts > 0; parts--) {
      text.append(PARTS.get(random.nextInt(PARTS.size())));
      if (random.nextBoolean()) {
        text.append(' ');
      }
    }
    return text.toString();
  }

  private static long[] toLongs(List<Long> ids) {
    return ids.stream().mapToLong(Long::longValue).toArray();
  }

  @Test
  void theWrittenFileIsReadByTheTokenizersLibrary() throws IOException {
    Random random = Randomness.ofTest();
    try (var tokenizer = Tokenizer.of(PAIRS, 1000)) {
      tokenizer.write(folder);
      try (var library =
              HuggingFaceTokenizer.newInstance(
                  folder.resolve("tokenizer.json"), Map.of("truncation", "false"));
          var again = Tokenizer.read(folder.resolve("tokenizer.json"), 1000)) {
        for (int round = 0; round < 100; round++) {
          String text = randomText(random);
          assertThat(tokenizer.encode(text))
              .as(text)
              .containsExactly(library.encode(text).getIds())
              .containsExactly(again.encode(text));
        }
      }
    }
  }

  @Test
  void theFilesBesideTokenizerJsonSayTheSame() throws IOException {
    try (var tokenizer = Tokenizer.of(PAIRS, 16)) {
      tokenizer.write(folder);
    }
    JsonNode vocabulary = Json.readObject(folder.resolve("vocab.json"));
    assertThat(vocabulary.size()).isEqualTo(610);
    PAIRS
        .vocabulary()
        .forEach((piece, id) -> assertThat(vocabulary.path(piece).asInt()).isEqualTo(id));
    List<String> merges = Files.readAllLines(folder.resolve("merges.txt"));
    assertThat(merges.getFirst()).startsWith("#version");
    assertThat(merges.subList(1, merges.size()))
        .containsExactlyElementsOf(
            PAIRS.merges().stream().map(pair -> pair.left() + " " + pair.right()).toList());
    JsonNode config = Json.readObject(folder.resolve("tokenizer_config.json"));
    assertThat(config.path("tokenizer_class").asString()).isEqualTo("CLIPTokenizer");
    assertThat(config.path("model_max_length").asInt()).isEqualTo(16);
    JsonNode special = Json.readObject(folder.resolve("special_tokens_map.json"));
    assertThat(special.path("pad_token").asString()).isEqualTo("<|endoftext|>");
  }

  @Test
  void aTextThatIsTooLongLosesItsTailAndKeepsItsEnd() {
    try (var tokenizer = Tokenizer.of(PAIRS, 6);
        var longer = Tokenizer.of(PAIRS, 1000)) {
      String text = "a photo of many many words";
      long[] whole = longer.encode(text);
      assertThat(whole.length).isGreaterThan(6);
      assertThat(tokenizer.encode(text))
          .hasSize(6)
          .startsWith(Arrays.copyOf(whole, 5))
          .endsWith(END);
      assertThat(tokenizer.encode("a")).containsExactly(longer.encode("a"));
    }
  }

  @Test
  void textsArePaddedWithTheirEnd() {
    try (var tokenizer = Tokenizer.of(PAIRS, 5);
        var _ = new Scope()) {
      Tensor ids = tokenizer.encode(List.of("", "b", "a photo of many many words"));
      long b = PAIRS.vocabulary().get("b</w>");
      assertThat(ids.shape()).containsExactly(3, 5);
      long[] rows = Tensors.toLongs(ids);
      assertThat(Arrays.copyOf(rows, 5)).containsExactly(START, END, END, END, END);
      assertThat(Arrays.copyOfRange(rows, 5, 10)).containsExactly(START, b, END, END, END);
      assertThat(rows[10]).isEqualTo(START);
      assertThat(rows[14]).isEqualTo(END);
    }
  }

  @Test
  void sizesAndSpecialIdsAreThoseOfTheEncoding() {
    try (var tokenizer = Tokenizer.of(PAIRS, 16)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(610);
      assertThat(tokenizer.startId()).hasValue(START);
      assertThat(tokenizer.padId()).isEqualTo(END);
      assertThat(tokenizer.endId()).isEqualTo(END);
      assertThat(tokenizer.contextLength()).isEqualTo(16);
    }
  }

  @Test
  void idsAreDecodedToLowerCaseWords() {
    try (var tokenizer = Tokenizer.of(PAIRS, 64)) {
      String decoded = tokenizer.decode(tokenizer.encode("A  Photo of Käse 東京 🙂!"));
      assertThat(decoded.replace("</w>", " ").replaceAll("\\s+", " ").strip())
          .isEqualTo("a photo of käse 東京 🙂!");
    }
  }

  @Test
  void aHalfSurrogateIsNoDanger() {
    try (var tokenizer = Tokenizer.of(PAIRS, 16)) {
      assertThat(tokenizer.encode("a \ud83d b")).startsWith(START).endsWith(END);
    }
  }

  @Test
  void anyNumberOfThreadsMayEncode() throws InterruptedException {
    var texts = IntStream.range(0, 200).mapToObj(i -> "a photo of " + i + " red squares").toList();
    try (var alone = Tokenizer.of(PAIRS, 64);
        var shared = Tokenizer.of(PAIRS, 64)) {
      var expected = texts.stream().map(alone::encode).toList();
      var wrong = Collections.synchronizedList(new ArrayList<String>());
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int text = 0; text < texts.size(); text++) {
                    if (!Arrays.equals(shared.encode(texts.get(text)), expected.get(text))) {
                      wrong.add(texts.get(text));
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong).isEmpty();
    }
  }

  /** OpenCLIP's ids; it pads with 0, we with the end of text. */
  @Test
  void clipsOwnVocabularyGivesTheIdsOfOpenClip() {
    Path clip = Fixtures.folder("clip-hf-tiny");
    var texts = texts(clip.resolve("expected/texts.json"));
    try (var tokenizer = Tokenizer.read(clip.resolve("tokenizer.json"), 77);
        var _ = new Scope()) {
      Tensor expected =
          Fixtures.tensors("clip-hf-tiny/expected/forward.safetensors").get("input_ids");
      long[] reference = Tensors.toLongs(expected);
      long[] ids = Tensors.toLongs(tokenizer.encode(texts));
      long end = tokenizer.endId();
      assertThat(end).isEqualTo(49407);
      for (int text = 0; text < texts.size(); text++) {
        long[] theirs = Arrays.copyOfRange(reference, 77 * text, 77 * (text + 1));
        long[] ours = Arrays.copyOfRange(ids, 77 * text, 77 * (text + 1));
        int length = (int) LongStream.of(theirs).takeWhile(id -> id != end).count() + 1;
        assertThat(Arrays.copyOf(ours, length))
            .as(texts.get(text))
            .containsExactly(Arrays.copyOf(theirs, length));
        assertThat(LongStream.of(ours).skip(length)).allMatch(id -> id == end);
      }
    }
  }

  private static List<String> texts(Path file) {
    try {
      return Json.parse(Files.readString(file)).valueStream().map(JsonNode::asString).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void clipsOwnVocabularyGivesTheIdsOfAPlainEncodingOnRandomTexts() throws IOException {
    Random random = Randomness.ofTest();
    Path clip = Fixtures.folder("clip-hf-tiny");
    var vocabulary = new HashMap<String, Integer>();
    Json.readObject(clip.resolve("vocab.json"))
        .properties()
        .forEach(entry -> vocabulary.put(entry.getKey(), entry.getValue().asInt()));
    var rank = new HashMap<String, Integer>();
    try (var lines = Files.lines(clip.resolve("merges.txt"))) {
      lines.skip(1).filter(line -> !line.isBlank()).forEach(line -> rank.put(line, rank.size()));
    }
    try (var tokenizer = Tokenizer.read(clip.resolve("tokenizer.json"), 1000)) {
      for (int round = 0; round < 300; round++) {
        String text = randomText(random);
        var expected = ReferenceBytePairs.encode(text, vocabulary, rank);
        expected.addFirst(49406L);
        expected.addLast(49407L);
        assertThat(tokenizer.encode(text)).as(text).containsExactly(toLongs(expected));
      }
    }
  }

  @Test
  void noDependencyMayCallHome() {
    try (var _ = Tokenizer.of(PAIRS, 16)) {
      assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
      assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "[]", "{\"model\":{\"type\":\"BPE\"}}", "no json"})
  void aFileThatIsNoTokenizerIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), content);
    assertRefused(() -> Tokenizer.read(file, 77), file.toString());
  }

  @Test
  void aTokenizerWithoutAnEndOfTextIsRefused() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tokenizer.json"),
            "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]}}");
    assertRefused(() -> Tokenizer.read(file, 77), file.toString(), "end of text");
  }

  @Test
  void aMissingFileIsRefused() {
    Path file = folder.resolve("tokenizer.json");
    assertRefused(() -> Tokenizer.read(file, 77), file.toString(), "no such file");
  }

  @Test
  void idsOfALearnedTokenizerComeBackAsWords() {
    var pairs = BytePairs.learn(List.of("a red circle above a blue square"), 530);
    for (TokenizerRules rules : List.of(TokenizerRules.clip(16), TokenizerRules.openClip(16))) {
      try (var tokenizer = Tokenizer.of(pairs, rules)) {
        assertThat(tokenizer.rules()).isEqualTo(rules);
        assertThat(tokenizer.decode(tokenizer.encode("a blue circle"))).isEqualTo("a blue circle");
      }
    }
  }
}
