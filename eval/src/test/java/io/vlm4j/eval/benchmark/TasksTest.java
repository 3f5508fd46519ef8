package io.vlm4j.eval.benchmark;

import static io.vlm4j.eval.benchmark.Examinees.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.Retrieval;
import io.vlm4j.eval.benchmark.Labelled.Item;
import io.vlm4j.image.Pixels;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The tasks that look at a whole set. */
class TasksTest {
  private static Benchmark.Heading heading(Ability needs) {
    return new Benchmark.Heading("task", Protocols.ZERO_SHOT, "test", needs, Examinees.constant(0));
  }

  private static Labelled labelled(int count, int classes) {
    return new Labelled(
        IntStream.range(0, classes).mapToObj(c -> "class " + c).toList(),
        IntStream.range(0, count)
            .mapToObj(i -> new Item("i" + i, picture(i), i % classes, Map.of()))
            .toList());
  }

  private static Measure measure(Outcome outcome, String name) {
    return outcome.measures().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  /** Vectors of pictures and texts by functions. */
  private static class Drawn implements Examinee {
    private final Function<Integer, float[]> picture;
    private final Function<String, float[]> text;

    Drawn(Function<Integer, float[]> picture, Function<String, float[]> text) {
      this.picture = picture;
      this.text = text;
    }

    @Override
    public String name() {
      return "drawn";
    }

    @Override
    public Set<Ability> abilities() {
      return Set.of(Ability.EMBED);
    }

    @Override
    public float[][] pictureVectors(List<Pixels> pictures) {
      return pictures.stream().map(p -> picture.apply(p.get(0, 0, 0))).toArray(float[][]::new);
    }

    @Override
    public float[][] textVectors(List<String> texts) {
      return texts.stream().map(text).toArray(float[][]::new);
    }
  }

  private static float[] normal(Random random, int width) {
    float[] row = Randomness.normal(random, width);
    double length = 0;
    for (float value : row) {
      length += value * value;
    }
    for (int d = 0; d < width; d++) {
      row[d] /= (float) Math.sqrt(length);
    }
    return row;
  }

  @Test
  void theHashOfTheDataDoesNotDependOnTheOrderOfTags() {
    var there = new LinkedHashMap<String, String>();
    there.put("style", "openmoji");
    there.put("concepts", "seen");

    assertThat(hash(there)).isEqualTo(hash(there.reversed()));
  }

  private static String hash(Map<String, String> tags) {
    var gallery =
        new RetrievalBenchmark.Gallery(
            List.of("a"), List.of(picture(1)), List.of(List.of("one")), tags);
    return new RetrievalBenchmark(heading(Ability.EMBED), List.of(gallery)).data().hash();
  }

  @Test
  void aClassIsTheMeanOfItsPrompts() {
    var data = labelled(4, 2);
    // Of the two templates one points the wrong way, but less than the other points the right one.
    Examinee model =
        new Drawn(
            p -> p % 2 == 0 ? new float[] {1, 0} : new float[] {0, 1},
            text -> {
              boolean isZero = text.endsWith("0");
              boolean isBad = text.startsWith("bad");
              return isBad
                  ? (isZero ? new float[] {0.6f, 0.8f} : new float[] {0.8f, 0.6f})
                  : (isZero ? new float[] {1, 0} : new float[] {0, 1});
            });
    var both =
        new ZeroShotBenchmark(heading(Ability.EMBED), data, List.of("good {}", "bad {}"), false);
    var bad = new ZeroShotBenchmark(heading(Ability.EMBED), data, List.of("bad {}"), false);
    assertThat(both.run(model, Watch.NONE).main().value()).isEqualTo(1);
    assertThat(bad.run(model, Watch.NONE).main().value()).isZero();
    assertThat(both.run(Examinees.constant(1), Watch.NONE).main().value()).isZero();
  }

  @Test
  void whoIsAsSureAsItIsRightIsCalibrated() {
    var data = labelled(200, 2);
    // Says class 0 with probability 0.75 in all cases; 150 of 200 are of class 0.
    var skewed =
        new Labelled(
            data.classes(),
            IntStream.range(0, 200)
                .mapToObj(i -> new Item("i" + i, picture(i), i < 150 ? 0 : 1, Map.of()))
                .toList());
    Examinee model =
        new Drawn(_ -> new float[] {1}, text -> new float[] {text.endsWith("0") ? 1 : 0}) {
          @Override
          public float[][] probabilities(float[][] products) {
            var probabilities = new float[products.length][];
            Arrays.fill(probabilities, new float[] {0.75f, 0.25f});
            return probabilities;
          }
        };
    Outcome outcome =
        new ZeroShotBenchmark(heading(Ability.EMBED), skewed, List.of("{}"), true)
            .run(model, Watch.NONE);
    assertThat(outcome.main().value()).isCloseTo(0, within(1e-6));
    assertThat(measure(outcome, "confidence").value()).isCloseTo(0.75, within(1e-6));
  }

  @Test
  void retrievalEqualsThatOfPairs() {
    Random random = Randomness.ofTest();
    var pictures = new float[30][];
    var texts = new float[12][];
    Arrays.setAll(pictures, _ -> normal(random, 4));
    Arrays.setAll(texts, _ -> normal(random, 4));
    List<String> names = IntStream.range(0, 30).mapToObj(i -> "t" + i % 12).toList();
    List<String> candidates = names.stream().distinct().toList();
    Examinee model =
        new Drawn(p -> pictures[p], text -> texts[Integer.parseInt(text.substring(1))]);
    var gallery =
        new RetrievalBenchmark.Gallery(
            names, // as keys
            IntStream.range(0, 30).mapToObj(Examinees::picture).toList(),
            names.stream().map(List::of).toList(),
            Map.of());
    Outcome outcome =
        new RetrievalBenchmark(heading(Ability.EMBED), List.of(gallery)).run(model, Watch.NONE);
    var expected = new Retrieval(pictures, names, texts, candidates).metrics();
    for (int k : new int[] {1, 5, 10}) {
      assertThat(measure(outcome, "text R@" + k).value())
          .isEqualTo(expected.get("image_to_text_R@" + k));
      assertThat(measure(outcome, "picture R@" + k).value())
          .isEqualTo(expected.get("text_to_image_R@" + k));
    }
    assertThat(outcome.samples()).hasSize(42);
    assertThat(
            new RetrievalBenchmark(heading(Ability.EMBED), List.of(gallery))
                .run(Examinees.constant(1), Watch.NONE)
                .measures())
        .allMatch(m -> m.value() < 0.5)
        .anyMatch(m -> m.value() == 0);
  }

  @Test
  void nearestNeighboursTellAClass() {
    Random random = Randomness.ofTest();
    var places = new float[200][];
    for (int i = 0; i < places.length; i++) {
      float[] row = normal(random, 8);
      row[i % 2] += 4;
      places[i] = row;
    }
    Labelled known = labelled(100, 2);
    var asked =
        new Labelled(
            known.classes(),
            IntStream.range(100, 200)
                .mapToObj(i -> new Item("i" + i, picture(i), i % 2, Map.of()))
                .toList());
    var benchmark = new NeighbourBenchmark(heading(Ability.EMBED), known, asked);
    Examinee good = new Drawn(p -> places[p], _ -> new float[8]);
    Examinee blind = new Drawn(_ -> new float[8], _ -> new float[8]);
    assertThat(benchmark.run(good, Watch.NONE).measures()).allMatch(m -> m.value() > 0.97);
    assertThat(benchmark.run(blind, Watch.NONE).measures()).allMatch(m -> m.value() <= 0.5);
    assertThat(measure(benchmark.run(blind, Watch.NONE), "5-shot, mean per class").value())
        .isZero();
  }

  @Test
  void aThresholdIsChosenOnTheOtherHalf() {
    var questions = new ArrayList<YesNoBenchmark.Question>();
    for (int i = 0; i < 40; i++) {
      boolean truth = i % 2 == 0;
      questions.add(
          new YesNoBenchmark.Question(
              "q" + i,
              picture(truth ? 1 : 0),
              "Is there a cat?",
              "a cat",
              truth,
              "u" + i / 4,
              i / 20,
              Map.of()));
    }
    var benchmark = new YesNoBenchmark(heading(Ability.EMBED), questions);
    Examinee sees = Examinees.pairs("sees", (p, _) -> 0.3f + 0.1f * p);
    Outcome outcome = benchmark.run(sees, Watch.NONE);
    assertThat(outcome.measures().stream().map(Measure::value))
        .containsExactly(1.0, 1.0, 1.0, 1.0, 0.5);
    assertThat(outcome.samples()).hasSize(10);
    assertThat(outcome.main().size()).isEqualTo(10);
    Outcome wrong = benchmark.run(Examinees.pairs("wrong", (p, _) -> -p * 0.1f), Watch.NONE);
    assertThat(wrong.main().value()).isEqualTo(0.5); // no threshold helps, so it never says yes
  }

  @Test
  void answersAreReadByPopesRule() {
    var questions =
        List.of(
            question("a", true), question("b", false), question("c", true), question("d", false));
    var benchmark = new YesNoBenchmark(heading(Ability.ANSWER), questions);
    Outcome yes = benchmark.run(new SameAnswer("Yes, there is."), Watch.NONE);
    assertThat(yes.measures().stream().map(Measure::value))
        .containsExactly(0.5, 0.5, 1.0, 2 / 3.0, 1.0);
    Outcome no = benchmark.run(new SameAnswer("There is no such thing."), Watch.NONE);
    assertThat(no.measures().stream().map(Measure::value)).containsExactly(0.5, 0.0, 0.0, 0.0, 0.0);
  }

  private static YesNoBenchmark.Question question(String key, boolean truth) {
    return new YesNoBenchmark.Question(
        key, picture(1), "Is there a cat?", "a cat", truth, key, 0, Map.of());
  }

  @Test
  void rankingsThatFavourAGroupHaveASkew() {
    var people = new ArrayList<Sample>();
    for (int i = 0; i < 40; i++) {
      people.add(
          Sample.pair(
              "p" + i,
              "p" + i,
              picture(i),
              List.of("cook"),
              Map.of("role", i < 20 ? "cook" : "pilot", "gender", i % 2 == 0 ? "man" : "woman")));
    }
    var groups =
        new BiasBenchmark.Groups(
            "gender", List.of("man", "woman"), List.of("man"), List.of("woman"), true);
    var benchmark = new BiasBenchmark(heading(Ability.EMBED), people, "role", List.of(groups));
    Examinee unfair = Examinees.pairs("unfair", (p, text) -> p % 2 == 0 ? 1f + p / 1000f : 0f);
    Outcome outcome = benchmark.run(unfair, Watch.NONE);
    assertThat(measure(outcome, "MaxSkew@10 by gender").value())
        .isCloseTo(Math.log(2), within(1e-9));
    double random = outcome.main().chance().orElseThrow();
    assertThat(outcome.main().value()).isGreaterThan(2 * random);
    assertThat(outcome.main().lowerIsBetter()).isTrue();
    assertThat(measure(benchmark.run(Examinees.constant(1), Watch.NONE), "NDKL by gender").value())
        .as("ties are broken by chance")
        .isLessThan(2.5 * random);
  }

  @Test
  void whatIsKnownBetterBecauseItCameOftenHasASlope() {
    var captions = new ArrayList<String>();
    IntStream.range(0, 99).forEach(_ -> captions.add("a picture of class 0 and class 1"));
    Labelled data = labelled(40, 4); // classes 2 and 3 came never: "class" alone does not count
    Examinee model =
        Examinees.pairs("m", (p, text) -> p % 4 < 2 && text.equals("class " + p % 4) ? 1f : 0f);
    Outcome outcome =
        new FrequencyBenchmark(heading(Ability.EMBED), data, captions).run(model, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(0.5);
    assertThat(measure(outcome, "slope per tenfold").value())
        .isCloseTo(0.5, within(1e-9)); // log10(100)
    assertThat(measure(outcome, "p of the slope").value()).isLessThan(0.01);
    assertThat(outcome.main().of(outcome.slices().get("captions=10 to 99")).value()).isEqualTo(1);
  }

  @Test
  void aCaptionersHabitsAreTakenOff() {
    Labelled data = labelled(10, 2);
    // log P(t | picture): class 0 is always 3 more, the right one 1 more; beside noise only the 3.
    Examinee captioner =
        new Examinee() {
          @Override
          public String name() {
            return "captioner";
          }

          @Override
          public Set<Ability> abilities() {
            return Set.of(Ability.LIKELIHOOD);
          }

          @Override
          public double[] logLikelihoods(List<Pixels> pictures, List<String> texts) {
            return IntStream.range(0, texts.size())
                .mapToDouble(i -> {
                  Pixels picture = pictures.get(i);
                  boolean isNoise = picture.width() > 1;
                  int label = picture.get(0, 0, 0) % 2;
                  int text = texts.get(i).endsWith("0") ? 0 : 1;
                  return -10 + (text == 0 ? 3 : 0) + (!isNoise && text == label ? 1 : 0);
                })
                .toArray();
          }
        };
    Outcome outcome =
        new LikelihoodBenchmark(heading(Ability.LIKELIHOOD), data, "{}").run(captioner, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(1);
    assertThat(measure(outcome, "mean per class").value()).isEqualTo(0.5);
  }

  @Test
  void captionsAndAnswersAreScored() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 4; i++) {
      samples.add(
          Sample.pair(
              "s" + i,
              "s" + i,
              picture(i),
              List.of(i < 3 ? "a red cat" : "a blue dog", "something"),
              Map.of()));
    }
    Outcome outcome =
        new CaptionBenchmark(heading(Ability.CAPTION), samples, "")
            .run(new SameAnswer("a red cat"), Watch.NONE);
    assertThat(outcome.main().name()).isEqualTo("CIDEr-D");
    assertThat(measure(outcome, "exact accuracy").value()).isEqualTo(0.75);
    assertThat(outcome.worst().getFirst().wanted()).isEqualTo("a blue dog");

    var questions =
        List.of(
            new AnswerBenchmark.Question(
                "a", picture(1), "How many?", Collections.nCopies(10, "2"), 0.5, Map.of()),
            new AnswerBenchmark.Question(
                "b", picture(1), "What?", Collections.nCopies(10, "cat"), 0, Map.of()));
    Measure answered =
        new AnswerBenchmark(heading(Ability.ANSWER), AnswerBenchmark.Rule.VQA, questions)
            .run(SameAnswer.mostFrequentOf(List.of("cat", "2", "cat")), Watch.NONE)
            .main();
    assertThat(answered.value()).isEqualTo(0.5);
    assertThat(answered.chance()).contains(0.25);
  }

  @Test
  void aReferenceRemembersNothingMoreThanItself() {
    var trained = new ArrayList<Sample>();
    var open = new ArrayList<Sample>();
    for (int i = 0; i < 20; i++) {
      trained.add(Sample.pair("t" + i, "t" + i, picture(i), List.of("t" + i, "o" + i), Map.of()));
      open.add(
          Sample.pair("p" + i, "p" + i, picture(100 + i), List.of("p" + i, "o" + i), Map.of()));
    }
    Examinee knows =
        Examinees.pairs(
            "knows", (p, text) -> p == 100 + Integer.parseInt(text.substring(1)) ? 1f : 0f);
    Examinee reference = Examinees.pairs("reference", (p, text) -> -p / 1000f);
    var benchmark =
        new DejaVuBenchmark(
            new Benchmark.Heading("deja-vu", Protocols.DEJA_VU, "test", Ability.EMBED, reference),
            trained,
            open,
            sample -> Set.copyOf(sample.texts().subList(1, 2)));
    assertThat(benchmark.run(reference, Watch.NONE).measures()).allMatch(m -> m.value() == 0);
    assertThat(benchmark.run(knows, Watch.NONE).main().value()).isGreaterThan(0.4);
  }

  @Test
  void theUsualSoundsMoreLikely() {
    var words = new WordsOnly(List.of("a red cat", "a red dog", "a red cat"));
    assertThat(words.logProbability("a red cat")).isGreaterThan(words.logProbability("a red dog"));
    assertThat(words.logProbability("a red dog")).isGreaterThan(words.logProbability("dog red a"));
    assertThat(words.logProbability("zzz")).isFinite();
  }
}
