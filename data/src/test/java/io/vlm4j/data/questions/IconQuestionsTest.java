package io.vlm4j.data.questions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Part.Question;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.records.LlavaConversations;
import io.vlm4j.data.sink.LlavaSink;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class IconQuestionsTest {
  private static final int SIDE = 48;

  private final long seed = Randomness.ofTest().nextLong();

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"TEXT"})
  void whoDoesNotLookIsAtChanceExactly(QuestionKind kind) {
    int answers = distinctAnswers(kind);
    int blocks = 3;

    // Of each block the question alone decides, since who does not look has nothing else.
    List<Sample> samples = samples(EnumSet.of(kind), blocks * answers);
    for (int block = 0; block < blocks; block++) {
      List<Sample> asked = samples.subList(block * answers, (block + 1) * answers);
      assertThat(asked)
          .extracting(sample -> question(sample).text())
          .containsOnly(question(asked.getFirst()).text());
      if (kind != QuestionKind.DESCRIPTION) {
        assertThat(asked)
            .extracting(sample -> question(sample).answers().getFirst())
            .doesNotHaveDuplicates();
      }
    }
  }

  private int distinctAnswers(QuestionKind kind) {
    return switch (kind) {
      case NAME -> 13;
      case GROUP -> 2;
      case CLOCK -> 3;
      case GROUND_COLOUR -> Icons.GROUNDS.size();
      case COLOUR -> 3;
      case COUNT -> 5;
      case POSITION, DESCRIPTION -> 4;
      case TEXT -> throw new IllegalArgumentException();
    };
  }

  @Test
  void ofTwoThingsTheFirstIsWhereTheAnswerSays() {
    for (Sample sample : samples(EnumSet.of(QuestionKind.POSITION), 40)) {
      String first = question(sample).text().replaceFirst("Is the (.*?) left of, .*", "$1");
      double[] middle = middle(sample.picture().pixels(), colourOf(first));

      switch (question(sample).answers().getFirst()) {
        case "left" -> assertThat(middle[0]).isLessThan(0.4);
        case "right" -> assertThat(middle[0]).isGreaterThan(0.6);
        case "above" -> assertThat(middle[1]).isLessThan(0.4);
        case "below" -> assertThat(middle[1]).isGreaterThan(0.6);
        default -> throw new AssertionError(first);
      }
    }
  }

  @Test
  void asManyAreDrawnAsTheAnswerSays() {
    for (Sample sample : samples(EnumSet.of(QuestionKind.COUNT), 40)) {
      String counted =
          question(sample).text().replaceFirst("How many of these are there: (.*)\\?", "$1");
      int wanted = Integer.parseInt(question(sample).answers().getLast());
      double one = area(sample.picture().pixels(), colourOf(counted)) / wanted;

      assertThat(one / (SIDE * SIDE))
          .as("share of each")
          .isBetween(0.24 * 0.24 * 0.8, 0.3 * 0.3 * 1.2);
    }
  }

  @Test
  void theGroundHasTheColourThatTheAnswerSays() {
    for (Sample sample : samples(EnumSet.of(QuestionKind.GROUND_COLOUR), 30)) {
      String answer = question(sample).answers().getFirst();
      int expected =
          Icons.GROUNDS.stream()
              .filter(colour -> colour.word().equals(answer))
              .findFirst()
              .orElseThrow()
              .colour()
              .getRGB();

      assertThat(colourAt(sample.picture().pixels(), 0, 0)).isEqualTo(expected & 0xffffff);
    }
  }

  @Test
  void aSampleIsADialogueWithItsQuestionAndChoices() {
    Sample sample = samples(EnumSet.of(QuestionKind.CLOCK), 1).getFirst();
    List<Turn> turns = sample.all(Turn.class);

    assertThat(turns).extracting(Turn::role).containsExactly("user", "assistant");
    assertThat(turns.getFirst().content().getFirst()).isInstanceOf(Picture.class);
    assertThat(turns.getFirst().text()).isEqualTo("What time does the clock show?");
    assertThat(question(sample).choices()).contains("half past three", "one o'clock");
    assertThat(question(sample).choices().get(question(sample).correct()))
        .isEqualTo(turns.getLast().text());
    assertThat(sample.label(IconQuestions.KIND)).isEqualTo("clock");
  }

  @Test
  void sameSeedGivesTheSameQuestionsAndAnotherSeedOthers() {
    Set<QuestionKind> kinds = kinds();
    List<Sample> first = samples(kinds, 40);

    assertThat(facts(samples(kinds, 40))).isEqualTo(facts(first));
    assertThat(
            facts(
                new IconQuestions(icons(), kinds, SIDE, seed + 1, true)
                    .source(40).stream(new SkippedSamples()).toList()))
        .isNotEqualTo(facts(first));
  }

  @Test
  void kindsThatTheIconsDoNotDoForAreLeftOutOrRefused() {
    List<Sample> few = icons().subList(0, 3);

    assertThat(IconQuestions.possible(few))
        .contains(QuestionKind.NAME, QuestionKind.COUNT)
        .doesNotContain(QuestionKind.CLOCK, QuestionKind.COLOUR);
    assertThatThrownBy(() -> new IconQuestions(few, EnumSet.of(QuestionKind.CLOCK), SIDE, 0, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("clock faces");
  }

  @Test
  void whatLlavaReadsIsWhatWasMade(@TempDir Path folder) {
    List<Sample> samples = samples(kinds(), 20);
    var sink = new LlavaSink(folder);
    samples.forEach(sink::member);
    sink.write(0, samples.iterator());
    sink.finish();

    List<Sample> read =
        LlavaConversations.read(folder.resolve("00000.json"), folder).stream(new SkippedSamples())
            .toList();

    assertThat(read).hasSize(20);
    for (int i = 0; i < samples.size(); i++) {
      assertThat(read.get(i).all(Turn.class))
          .extracting(Turn::text)
          .isEqualTo(samples.get(i).all(Turn.class).stream().map(Turn::text).toList());
      assertThat(read.get(i).picture().pixels().rgb())
          .isEqualTo(samples.get(i).picture().pixels().rgb());
      assertThat(read.get(i).label("kind")).isEqualTo(samples.get(i).label("kind"));
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 1, 32 to 1024", "64, 0, at least 1"})
  void impossibleNumbersAreRefused(int side, long count, String message) {
    assertThatThrownBy(() -> new IconQuestions(icons(), kinds(), side, 0, true).source(count))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static Set<QuestionKind> kinds() {
    return EnumSet.complementOf(EnumSet.of(QuestionKind.TEXT)); // which needs fonts
  }

  private List<Sample> samples(Set<QuestionKind> kinds, int count) {
    return new IconQuestions(icons(), kinds, SIDE, seed, true)
        .source(count).stream(new SkippedSamples()).toList();
  }

  private static List<List<Object>> facts(List<Sample> samples) {
    return samples.stream()
        .<List<Object>>map(s -> List.of(s.metadata(), question(s), s.picture().pixels()))
        .toList();
  }

  private static Question question(Sample sample) {
    return sample.all(Question.class).getFirst();
  }

  /** Plain squares, each of a colour of its own. */
  private static List<Sample> icons() {
    var icons = new ArrayList<Sample>();
    List<String> names =
        List.of(
            "cat",
            "dog",
            "fork",
            "spoon",
            "red heart",
            "blue heart",
            "green heart",
            "yellow heart",
            "one oclock",
            "three thirty",
            "four oclock",
            "moon",
            "sun");
    for (int i = 0; i < names.size(); i++) {
      Map<String, String> labels = new HashMap<>();
      labels.put(IconCorpus.GROUP, i < 6 ? "Food & Drink" : "Travel");
      Pixels square = Pictures.plain(16, 16, colourOf(names.get(i)));
      icons.add(
          Sample.pair(
              "set/" + names.get(i),
              "icons",
              Picture.drawn("icon", () -> square),
              List.of(names.get(i)),
              labels));
    }
    return icons;
  }

  private static int colourOf(String name) {
    return new java.util.Random(name.hashCode()).nextInt(0x1000000);
  }

  private static int colourAt(Pixels picture, int x, int y) {
    int at = 3 * (y * picture.width() + x);
    byte[] rgb = picture.rgb();
    return (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
  }

  private static double area(Pixels picture, int colour) {
    int count = 0;
    for (int i = 0; i < picture.width() * picture.height(); i++) {
      count += colourAt(picture, i % picture.width(), i / picture.width()) == colour ? 1 : 0;
    }
    return count;
  }

  /** The mean place of the pixels of that colour, as shares of the sides. */
  private static double[] middle(Pixels picture, int colour) {
    double x = 0;
    double y = 0;
    for (int i = 0; i < picture.width() * picture.height(); i++) {
      if (colourAt(picture, i % picture.width(), i / picture.width()) == colour) {
        x += (i % picture.width() + 0.5) / picture.width();
        y += (i / picture.width() + 0.5) / picture.height();
      }
    }
    double count = area(picture, colour);
    return new double[] {x / count, y / count};
  }
}
