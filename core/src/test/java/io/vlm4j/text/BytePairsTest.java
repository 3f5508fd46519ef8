package io.vlm4j.text;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BytePairsTest {
  static final List<String> TEXTS = texts();

  /** A few hundred words with much in common. */
  private static List<String> texts() {
    var random = new Random(5);
    var texts = new ArrayList<String>();
    List<String> stems =
        List.of("red", "blue", "circle", "square", "night", "light", "Käse", "grün", "東京", "émile");
    List<String> ends = List.of("", "s", "ly", "ing", "ness", "'s", "!!", " 42", " 🙂");
    for (int i = 0; i < 120; i++) {
      texts.add(
          "A photo of "
              + stems.get(random.nextInt(stems.size()))
              + ends.get(random.nextInt(ends.size()))
              + " above the "
              + stems.get(random.nextInt(stems.size()))
              + ends.get(random.nextInt(ends.size())));
    }
    return texts;
  }

  @Test
  void theVocabularyIsBytesThenBytesThatEndAWordThenMergesThenStartAndEnd() {
    BytePairs pairs = BytePairs.learn(TEXTS, 600);
    var pieces = List.copyOf(pairs.vocabulary().keySet());
    assertThat(pieces).hasSize(600);
    assertThat(pairs.vocabulary().values())
        .containsExactlyElementsOf(IntStream.range(0, 600).boxed().toList());
    var symbols = ReferenceBytePairs.symbols();
    assertThat(pieces.subList(0, 256)).containsExactlyInAnyOrderElementsOf(symbols.values());
    assertThat(pieces.subList(0, 3)).containsExactly("!", "\"", "#"); // as in CLIP's own
    assertThat(pieces.get(94)).isEqualTo("¡");
    assertThat(pieces.get(188)).isEqualTo("Ā"); // the first that cannot be printed: byte 0
    assertThat(pieces.subList(256, 512))
        .containsExactlyElementsOf(
            pieces.subList(0, 256).stream().map(symbol -> symbol + "</w>").toList());
    assertThat(pieces.subList(512, 598))
        .containsExactlyElementsOf(pairs.merges().stream().map(BytePairs.Pair::joined).toList());
    assertThat(pieces.subList(598, 600)).containsExactly("<|startoftext|>", "<|endoftext|>");
  }

  @Test
  void mergesAreThoseOfAPlainRecountAfterEveryMerge() {
    BytePairs pairs = BytePairs.learn(TEXTS, 700);
    assertThat(pairs.merges().stream().map(pair -> pair.left() + " " + pair.right()))
        .containsExactlyElementsOf(ReferenceBytePairs.learn(TEXTS, 700 - 514));
  }

  @Test
  void randomWordsOfFewLettersGiveThePlainMergesToo() {
    Random random = Randomness.ofTest();
    for (int round = 0; round < 20; round++) {
      var texts = new ArrayList<String>();
      for (int i = 0; i < 40; i++) {
        var word = new StringBuilder();
        for (int letters = 1 + random.nextInt(8); letters > 0; letters--) {
          word.append((char) ('a' + random.nextInt(2)));
        }
        texts.add(word.toString());
      }
      assertThat(BytePairs.learn(texts, 540).merges().stream().map(p -> p.left() + " " + p.right()))
          .containsExactlyElementsOf(ReferenceBytePairs.learn(texts, 540 - 514));
    }
  }

  @Test
  void theOrderOfTheTextsDoesNotMatter() {
    var shuffled = new ArrayList<>(TEXTS);
    Collections.shuffle(shuffled, Randomness.ofTest());
    assertThat(BytePairs.learn(shuffled, 650)).isEqualTo(BytePairs.learn(TEXTS, 650));
  }

  @Test
  void pairsSeenOnceAreNotLearned() {
    BytePairs pairs = BytePairs.learn(List.of("abc", "xyz"), 1000);
    assertThat(pairs.merges()).isEmpty();
    assertThat(pairs.vocabulary()).hasSize(514);
    assertThat(BytePairs.learn(List.of("ab ab"), 1000).merges())
        .containsExactly(new BytePairs.Pair("a", "b</w>"));
  }

  @Test
  void noTextsGiveTheBytes() {
    assertThat(BytePairs.learn(List.of(), 514).vocabulary()).hasSize(514);
    assertThat(BytePairs.learn(List.of("", "  \n"), 514).vocabulary()).hasSize(514);
  }

  @Test
  void aVocabularyTooSmallForTheBytesIsRefused() {
    assertRefused(() -> BytePairs.learn(TEXTS, 513), "514", "513");
  }
}
