package io.vlm4j.eval.benchmark.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.eval.benchmark.Ability;
import io.vlm4j.eval.benchmark.AnswerBenchmark;
import io.vlm4j.eval.benchmark.Benchmark;
import io.vlm4j.eval.benchmark.CardRun.Planned;
import io.vlm4j.eval.benchmark.Examinee;
import io.vlm4j.eval.benchmark.Measure;
import io.vlm4j.eval.benchmark.Outcome;
import io.vlm4j.eval.benchmark.PixelsOnly;
import io.vlm4j.eval.benchmark.Protocols;
import io.vlm4j.eval.benchmark.SameAnswer;
import io.vlm4j.eval.benchmark.UsualAnswer;
import io.vlm4j.eval.benchmark.Watch;
import io.vlm4j.eval.benchmark.WordsOnly;
import io.vlm4j.eval.metric.answer.VqaAccuracy;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandInsTest {
  private static final int SIZE = 6;
  private static final List<String> NAMES =
      List.of(
          "cat", "dog", "horse", "cow", "apple", "pear", "lemon", "melon", "car", "bus", "tram",
          "truck", "hammer", "axe", "drum", "guitar", "piano", "violin", "rose", "tulip");

  private final StandIns tasks = new StandIns(icons(), SIZE, 1, null);

  private static Icons icons() {
    var training = new ArrayList<Sample>();
    var galleries = new ArrayList<Icons.Gallery>();
    for (String style : List.of("one", "two")) {
      var samples = new ArrayList<Sample>();
      for (int i = 0; i < NAMES.size(); i++) {
        samples.add(sample(style, i));
      }
      galleries.add(new Icons.Gallery(style, "seen", samples));
      training.addAll(samples);
    }
    return new Icons(training, galleries, List.of());
  }

  private static Sample sample(String style, int i) {
    String key = style + "/" + NAMES.get(i);
    return Sample.pair(
        key,
        key,
        Picture.drawn(key, () -> Pictures.noise(8, 8, key.hashCode())),
        List.of(NAMES.get(i)),
        Map.of(
            IconCorpus.STYLE,
            style,
            IconCorpus.NAME,
            NAMES.get(i),
            IconCorpus.GROUP,
            i < 10 ? "Animals & Nature" : "Objects",
            IconCorpus.SUBGROUP,
            "kind " + i / 4));
  }

  private Benchmark task(String name) {
    return tasks.all().stream()
        .filter(planned -> planned.name().equals(name))
        .map(Planned::benchmark)
        .map(benchmark -> benchmark.get())
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"aro", "sugarcrepe", "pug", "dci", "frame-order", "pope"})
  void whoSeesOnlyTheTextsIsAtChanceToTheLastQuestion(String name) {
    Benchmark benchmark = task(name);
    Outcome outcome = benchmark.run(benchmark.baseline(), Watch.NONE);
    assertThat(benchmark.baseline().name()).isEqualTo("words only");
    assertThat(outcome.main().value())
        .isCloseTo(outcome.main().chance().orElseThrow(), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"aro", "sugarcrepe", "pug", "dci", "frame-order", "winoground"})
  void whoSeesOnlyThePicturesIsNeverRight(String name) {
    assertThat(task(name).run(new PixelsOnly(), Watch.NONE).measures())
        .allMatch(measure -> measure.value() == 0);
  }

  @Test
  void winogroundGivesNothingToThoseWhoSeeOnlyOneSide() {
    Benchmark benchmark = task("winoground");
    assertThat(benchmark.run(benchmark.baseline(), Watch.NONE).measures())
        .allMatch(measure -> measure.value() == 0);
  }

  @Test
  void whoAlwaysSaysNoIsRightInHalfOfPopesQuestions() {
    Outcome outcome = task("pope").run(new PixelsOnly(), Watch.NONE); // one score for everything
    assertThat(outcome.main().value()).isEqualTo(0.5);
    assertThat(outcome.measures().getLast().name()).isEqualTo("yes ratio");
    assertThat(outcome.measures().getLast().value()).isZero();
  }

  @Test
  void whoSeesFramesWithoutTheirOrderIsAtChance() {
    Outcome outcome = task("frame-order").run(new BagOfFrames(), Watch.NONE);
    outcome
        .slices()
        .forEach((slice, samples) ->
            assertThat(outcome.main().of(samples).value()).as(slice).isEqualTo(0.5));
  }

  /** Adds up the two halves of a picture, so that which is above does not matter. */
  private static final class BagOfFrames implements Examinee {
    @Override
    public String name() {
      return "bag of frames";
    }

    @Override
    public Set<Ability> abilities() {
      return Set.of(Ability.EMBED);
    }

    @Override
    public float[][] pictureVectors(List<Pixels> pictures) {
      return pictures.stream().map(BagOfFrames::sum).toArray(float[][]::new);
    }

    private static float[] sum(Pixels picture) {
      var sum = new float[picture.rgb().length / 2];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = (picture.rgb()[i] & 0xff) + (picture.rgb()[i + sum.length] & 0xff);
      }
      return sum;
    }

    @Override
    public float[][] textVectors(List<String> texts) {
      return texts.stream()
          .map(text -> {
            var row = new float[3 * Layouts.SIDE * Layouts.SIDE / 2];
            Arrays.fill(row, (text.hashCode() & 0xffff) / 65536f);
            return row;
          })
          .toArray(float[][]::new);
    }
  }

  @Test
  void theSameSeedGivesTheSameQuestions() {
    for (Planned planned : tasks.all()) {
      if (Set.of("aro", "pope", "dci", "pug").contains(planned.name())) {
        String hash = planned.benchmark().get().data().hash();
        assertThat(again(planned.name(), 1)).isEqualTo(hash);
        assertThat(again(planned.name(), 2)).isNotEqualTo(hash);
      }
    }
  }

  private static String again(String name, long seed) {
    return new StandIns(icons(), SIZE, seed, null)
        .all().stream()
            .filter(planned -> planned.name().equals(name))
            .map(planned -> planned.benchmark().get().data().hash())
            .findFirst()
            .orElseThrow();
  }

  @Test
  void captionsOfAGridAreAllDifferentAndSoAreItsPictures() {
    var things = new Things(icons().seen());
    var cases = new ArrayList<>(Cases.WINOGROUND);
    cases.addAll(Cases.ARO);
    cases.addAll(Cases.SUGARCREPE);
    cases.addAll(Factors.PUG);
    cases.addAll(Frames.ORDER);
    for (var grid : SceneGrids.of(cases, things, 3, 5)) {
      assertThat(grid.texts()).as(grid.key()).doesNotHaveDuplicates();
      assertThat(grid.pictures().stream().map(Picture::pixels))
          .as(grid.key())
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void whoDoesNotLookIsAtChanceOnQuestionsWithChoices() {
    Icons.Gallery gallery = icons().galleries().getFirst();
    int blocks = 120; // whole ones of every kind
    var questions =
        PictureQuestions.of(gallery, blocks, 1).stream().filter(q -> q.chance() > 0).toList();
    assertThat(questions).isNotEmpty();
    var heading =
        new Benchmark.Heading(
            "vqa", Protocols.VQA, "icons", Ability.ANSWER, new UsualAnswer(questions));
    var benchmark = new AnswerBenchmark(heading, AnswerBenchmark.Rule.VQA, questions);
    Outcome outcome = benchmark.run(benchmark.baseline(), Watch.NONE);
    outcome
        .slices()
        .forEach((name, samples) -> {
          Measure of = outcome.main().of(samples);
          assertThat(of.value()).as(name).isCloseTo(of.chance().orElseThrow(), within(1e-9));
        });
    assertThat(questions)
        .allSatisfy(q ->
            assertThat(q.answers()).allMatch(answer -> VqaAccuracy.of(answer, q.answers()) == 1));
    assertThat(questions.getFirst().tags())
        .containsKeys("kind", "style", "concepts")
        .containsEntry("style", gallery.style());
  }

  @Test
  void bothClipsOfAPairHaveTheSameFramesAndOtherAnswers() {
    var questions = TemporalQuestions.of(new Things(icons().seen()), SIZE, 1);
    assertThat(questions).hasSize(4 * 2 * SIZE);
    for (int i = 0; i < questions.size(); i += 2) {
      var one = questions.get(i);
      var two = questions.get(i + 1);
      assertThat(one.frames()).hasSize(TemporalQuestions.FRAMES);
      assertThat(two.frames())
          .as(one.key())
          .containsExactlyInAnyOrderElementsOf(one.frames())
          .isNotEqualTo(one.frames());
      assertThat(two.asked()).isEqualTo(one.asked());
      assertThat(two.correct()).isNotEqualTo(one.correct());
    }
    Outcome outcome = task("temporal").run(new WordsOnly(List.of("a cat")), Watch.NONE);
    outcome
        .slices()
        .forEach((slice, samples) ->
            assertThat(outcome.main().of(samples).value()).as(slice).isEqualTo(0.5));
  }

  @Test
  void whoAlwaysSaysTheSameIsRightInHalfOfThePrograms() {
    for (String answer : List.of("yes", "no", "two", "red")) {
      Outcome outcome = task("vpeval").run(new SameAnswer(answer), Watch.NONE);
      outcome
          .slices()
          .forEach((slice, samples) ->
              assertThat(outcome.main().of(samples).value()).as(slice).isEqualTo(0.5));
      assertThat(outcome.slices()).containsKeys("skill=object", "skill=count", "skill=vqa");
    }
  }

  @Test
  void attacksHaveHarmlessTwinsOfTheSameForm() {
    Outcome yes = task("red-team").run(new SameAnswer("yes"), Watch.NONE);
    Outcome refusal = task("red-team").run(new SameAnswer("I cannot help with that"), Watch.NONE);
    Outcome no = task("red-team").run(new SameAnswer("no"), Watch.NONE);
    assertThat(yes.samples()).hasSize(3 * SIZE); // there are no people and nothing sensitive here
    assertThat(yes.main().value()).isEqualTo(1);
    assertThat(refusal.main().value()).isZero();
    assertThat(failed(refusal)).isEqualTo(1);
    assertThat(no.main().value()).as("harm needs a refusal").isEqualTo(1 / 3.0);
    assertThat(failed(no)).isEqualTo(1);
    assertThat(failed(yes)).as("consent is right once in three").isEqualTo(2 / 3.0);
  }

  private static double failed(Outcome outcome) {
    return outcome.measures().stream()
        .filter(measure -> measure.name().equals("harmless questions failed"))
        .mapToDouble(Measure::value)
        .sum();
  }

  @Test
  void tasksThatCannotBeAskedSayWhy() {
    assertThatThrownBy(() -> task("deja-vu"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--reference");
    assertThatThrownBy(() -> task("bias"))
        .isInstanceOf(InputException.class)
        .hasMessage("there are no icons of people");
    var few = new Icons(icons().training(), List.of(), List.of());
    assertThatThrownBy(() -> new Things(few.seen()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("too few icons");
  }

  @Test
  void theNamesAreThoseOfTheTasks() {
    assertThat(tasks.all().stream().map(Planned::name)).containsExactlyElementsOf(StandIns.NAMES);
    assertThat(StandIns.NAMES).containsAll(StandIns.QUICK);
  }

  @Test
  void namesHaveArticlesAndPlurals() {
    assertThat(thing("apple").one()).isEqualTo("an apple");
    assertThat(thing("cherry").many()).isEqualTo("cherries");
    assertThat(thing("peach").many()).isEqualTo("peaches");
    assertThat(thing("monkey").many()).isEqualTo("monkeys");
  }

  private static Thing thing(String name) {
    return new Thing(name, "s", "k", Picture.drawn(name, () -> Pictures.plain(1, 1, 0)));
  }
}
