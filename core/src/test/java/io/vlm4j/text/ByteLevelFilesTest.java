package io.vlm4j.text;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Folders of language models that hold GPT-2's vocab.json and merges.txt, and no tokenizer.json.
 */
class ByteLevelFilesTest {
  private static final List<String> MERGES =
      List.of("h e", "\u0120 t", "\u0120t he", "l l", "\u0120 \u0120", "1 2");

  @TempDir Path folder;

  private final ObjectNode vocabulary = Json.object();

  /** Four special pieces as OPT has them, bytes, merges, and GPT-2's end. */
  @BeforeEach
  void writeVocabulary() throws IOException {
    List.of("<s>", "<pad>", "</s>", "<unk>").forEach(this::add);
    ReferenceBytePairs.symbols().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> add(entry.getValue()));
    MERGES.forEach(merge -> add(merge.replace(" ", "")));
    add("<|endoftext|>");
    write("vocab.json", Json.toLine(vocabulary));
    write("merges.txt", "#version: 0.2\n" + String.join("\n", MERGES) + "\n");
  }

  private void add(String piece) {
    vocabulary.put(piece, vocabulary.size());
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private long[] ids(String... pieces) {
    return Arrays.stream(pieces).mapToLong(piece -> vocabulary.path(piece).asLong(-1)).toArray();
  }

  /** The released folders of GPT-2 say no more. */
  @Test
  void aGpt2FolderHasNoStartAndEndsWithItsEnd() throws IOException {
    write("config.json", "{\"model_type\": \"gpt2\"}");
    write("tokenizer_config.json", "{\"model_max_length\": 1024}");
    try (var tokenizer = Tokenizer.read(folder, 20)) {
      assertThat(tokenizer.startId()).isEmpty();
      assertThat(tokenizer.encode("the the The"))
          .containsExactly(ids("t", "he", "\u0120the", "\u0120", "T", "he", "<|endoftext|>"));
      assertThat(tokenizer.pieces("all<|endoftext|>x"))
          .containsExactly(ids("a", "ll", "<|endoftext|>", "x"));
      assertThat(tokenizer.vocabularySize()).isEqualTo(vocabulary.size());
    }
  }

  @Test
  void wordsAreCutAsGpt2CutsThem() throws IOException {
    write("config.json", "{\"model_type\": \"gpt2\"}");
    try (var tokenizer = Tokenizer.read(folder, 20)) {
      // The last space of a run belongs to the word behind it; digits stay together.
      assertThat(tokenizer.pieces("a   the12"))
          .containsExactly(ids("a", "\u0120\u0120", "\u0120the", "12"));
      assertThat(tokenizer.pieces("he'll \n"))
          .containsExactly(ids("he", "'", "ll", "\u0120", "\u010a"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"The  caf\u00e9,\n\t12 \ud83d\ude00!", " leading", "trailing ", "\u00a0\u3000x"})
  void whatIsReadBackIsTheText(String text) throws IOException {
    write("config.json", "{\"model_type\": \"gpt2\"}");
    try (var tokenizer = Tokenizer.read(folder, 60)) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void anOptFolderBeginsTextsWithItsEnd() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": true, "add_prefix_space": false,
         "bos_token": {"__type": "AddedToken", "content": "</s>"}, "eos_token": "</s>",
         "unk_token": "</s>", "pad_token": "<pad>"}
        """);
    try (var tokenizer = Tokenizer.read(folder, 20)) {
      assertThat(tokenizer.startId()).hasValue(2);
      assertThat(tokenizer.endId()).isEqualTo(2);
      assertThat(tokenizer.padId()).isEqualTo(1);
      assertThat(tokenizer.encode("the")).containsExactly(ids("</s>", "t", "he", "</s>"));
      assertThat(tokenizer.decode(tokenizer.encode("the"))).isEqualTo("the");
    }
  }

  /** Phi's runs of white space. */
  @Test
  void addedPiecesAreKeptWhole() throws IOException {
    write("config.json", "{\"model_type\": \"phi\"}");
    long first = vocabulary.size();
    write("added_tokens.json", "{\"<|im_end|>\": %d, \"\\t\\t\": %d}".formatted(first + 1, first));
    write("tokenizer_config.json", "{\"add_prefix_space\": true}");
    try (var tokenizer = Tokenizer.read(folder, 20)) {
      assertThat(tokenizer.pieces("the\t\t<|im_end|>"))
          .containsExactly(ids("\u0120the")[0], first, first + 1);
      assertThat(tokenizer.vocabularySize()).isEqualTo((int) first + 2);
      assertThat(tokenizer.decode(new long[] {first})).isEqualTo("\t\t");
    }
    write("added_tokens.json", "{\"\\t\\t\": %d}".formatted(first + 1));
    assertRefused(() -> Tokenizer.read(folder, 20), "added_tokens.json", "without gaps");
  }

  @Test
  void writtenAgainTheFolderGivesTheSameRules() throws IOException {
    write("config.json", "{\"model_type\": \"gpt2\"}");
    Path again = Files.createDirectory(folder.resolve("again"));
    try (var tokenizer = Tokenizer.read(folder, 20)) {
      tokenizer.write(again);
      Files.copy(folder.resolve("config.json"), again.resolve("config.json"));
      try (var back = Tokenizer.read(again, 20)) {
        assertThat(back.rules()).isEqualTo(tokenizer.rules());
        assertThat(back.encode("the 12")).isEqualTo(tokenizer.encode("the 12"));
      }
      assertThat(again.resolve("tokenizer_config.json")).doesNotExist();
    }
  }

  @Test
  void aVocabularyThatCannotWriteEveryByteIsRefused() throws IOException {
    write("config.json", "{\"model_type\": \"gpt2\"}");
    vocabulary.remove("Q");
    write("vocab.json", Json.toLine(vocabulary));
    assertRefused(() -> Tokenizer.read(folder, 20), "vocab.json", "\"Q\"", "each byte");
    write("merges.txt", "h e\nq u\n");
    add("Q");
    write("vocab.json", Json.toLine(vocabulary));
    assertRefused(() -> Tokenizer.read(folder, 20), "vocab.json", "q u");
  }
}
