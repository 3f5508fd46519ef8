package io.vlm4j.data.icons;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IconCorpusTest {
  private static final IconSplit SPLIT =
      new IconSplit(
          List.of("train"),
          Set.of("red-apple"),
          Map.of("test", Map.of("seen", List.of("lemon"), "held_out", List.of("red-apple"))));

  @TempDir Path folder;
  private Path icons;
  private Path words;

  @BeforeEach
  void writeJars() throws IOException {
    icons =
        Zips.write(
            folder.resolve("icons.jar"),
            Map.of(
                "x/json/train.json", set("train", "yellow", "lemon", "red-apple", "lime", "waver"),
                "x/json/test.json", set("test", "red", "red-apple", "lemon", "kiwi")));
    words =
        Zips.write(
            folder.resolve("words.jar"),
            Map.of(
                "jemoji/emojis.json",
                """
                [
                  {"emoji": "\\ud83c\\udf4b", "description": "Lemon", "group": "Food & Drink",
                   "subgroup": "fruit", "keywords": ["Citrus", "red-apple", "sour"]},
                  {"emoji": "\\ud83d\\udc4b\\ufe0f", "description": "Waving Hand",
                   "group": "People & Body", "subgroup": "hand", "keywords": []}
                ]
                """));
  }

  @Test
  void heldOutConceptsDoNotTrain() {
    IconCorpus corpus = open();

    assertThat(corpus.training(SPLIT))
        .extracting(Sample::key)
        .containsExactly("train/lemon", "train/lime", "train/waver");
    assertThat(corpus.gallery(SPLIT, "test", IconSplit.SEEN))
        .extracting(Sample::key)
        .containsExactly("test/lemon");
    assertThat(corpus.gallery(SPLIT, "test", IconSplit.HELD_OUT))
        .extracting(Sample::key)
        .containsExactly("test/red-apple");
  }

  @Test
  void aPicturesTextsAreItsNameAndWhatUnicodeSaysOfIt() {
    List<Sample> training = open().training(SPLIT);

    assertThat(training.getFirst().texts())
        .as("the keyword that names a held-out concept is left out")
        .containsExactly("lemon", "citrus", "sour", "lemon food drink", "lemon fruit");
    assertThat(training.getFirst().metadata())
        .containsEntry(IconCorpus.STYLE, "train")
        .containsEntry(IconCorpus.NAME, "lemon")
        .containsEntry(IconCorpus.GROUP, "Food & Drink");
    assertThat(training.get(1).texts()).as("unknown to Unicode").containsExactly("lime");
    assertThat(training.get(2).texts())
        .as("found by code points")
        .containsExactly("waver", "waving hand", "waver people body", "waver hand");
  }

  @Test
  void picturesAreRenderedOnceAndThenReadFromTheCache() throws IOException {
    Pixels first = open().training(SPLIT).getFirst().picture().pixels();
    var rendered = new ArrayList<Integer>();

    IconCorpus again =
        IconCorpus.open(icons, words, SPLIT, 8, 100, folder, (done, _) -> rendered.add(done));

    assertThat(rendered).isEmpty();
    assertThat(again.training(SPLIT).getFirst().picture().pixels()).isEqualTo(first);
    assertThat(first.over(0, 0, 0).get(4, 4, 0))
        .as("yellow, not the test style's red")
        .isEqualTo(255);
    assertThat(first.over(0, 0, 0).get(4, 4, 1)).isEqualTo(255);
  }

  @Test
  void aCutCacheIsRenderedAgain() throws IOException {
    Pixels first = open().training(SPLIT).getFirst().picture().pixels();
    Path cache = folder.resolve("icons-8-5.rgba");
    Files.write(cache, new byte[100]);

    assertThat(open().training(SPLIT).getFirst().picture().pixels()).isEqualTo(first);
    assertThat(cache).hasSize(5 * 8 * 8 * 4);
  }

  @Test
  void aLimitTakesTheFirstDrawingsOfEveryPart() {
    IconCorpus corpus = IconCorpus.open(icons, words, SPLIT, 8, 1, folder, (_, _) -> {});

    assertThat(corpus.training(SPLIT)).extracting(Sample::key).containsExactly("train/lemon");
    assertThat(corpus.gallery(SPLIT, "test", IconSplit.HELD_OUT)).hasSize(1);
  }

  @Test
  void aGalleryThatTheSetDoesNotDrawIsRefused() {
    var other =
        new IconSplit(
            List.of("train"),
            Set.of(),
            Map.of("test", Map.of("seen", List.of("durian"), "held_out", List.of())));

    assertThatThrownBy(() -> IconCorpus.open(icons, words, other, 8, 100, folder, (_, _) -> {}))
        .isInstanceOf(InputException.class)
        .hasMessage("the icon set test has no 'durian'");
  }

  private IconCorpus open() {
    return IconCorpus.open(icons, words, SPLIT, 8, 100, folder, (_, _) -> {});
  }

  private static String set(String prefix, String colour, String... names) {
    var icons = new ArrayList<String>();
    for (String name : names) {
      icons.add(
          "\"%s\": {\"body\": \"<rect width='16' height='16' fill='%s'/>\"}"
              .formatted(name, colour));
    }
    return """
    {"prefix": "%s", "info": {"license": {"spdx": "MIT"}}, "icons": {%s}, "chars": {"1f44b": "waver"}}
    """
        .formatted(prefix, String.join(", ", icons));
  }
}
