package io.vlm4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BeamSearchTest {
  private static final int END = 0;
  private static final int WORDS = 4;
  private static final int MOST = 4;

  private record Text(List<Long> tokens, double sum, double score) {}

  private static long[][] prompts(int inputs) {
    return IntStream.range(0, inputs).mapToObj(_ -> new long[] {1, 2}).toArray(long[][]::new);
  }

  private static long[] plus(long[] tokens, long token) {
    long[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    longer[tokens.length] = token;
    return longer;
  }

  /** Every text there is: those that end, and those that are cut. */
  private static void all(
      HistoryModel model, int input, long[] history, double sum, double power, List<Text> texts) {
    int made = history.length - 2;
    if (made == MOST) {
      texts.add(text(history, history.length, sum, made, power));
      return;
    }
    double[] next = model.logProbabilities(input, history);
    for (int token = 0; token < WORDS; token++) {
      if (token == END) {
        texts.add(text(history, history.length, sum + next[token], made + 1, power));
      } else {
        all(model, input, plus(history, token), sum + next[token], power, texts);
      }
    }
  }

  private static Text text(long[] history, int end, double sum, int length, double power) {
    List<Long> tokens = Arrays.stream(history, 2, end).boxed().toList();
    return new Text(tokens, sum, sum / Math.pow(length, power));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.7, 1, 2, -0.5})
  void withBeamsForEveryBeginningItFindsTheBestTextsOfAll(double power) {
    var model = new HistoryModel(WORDS, 3, Randomness.ofTest().nextLong());
    int beams = 128; // 27 beginnings of 3 words have 108 continuations
    var wanted = new Generation(0, MOST, 1, new Strategy.Beams(beams, power));
    var found = Generator.generate(model.decoder(), prompts(3), END, wanted);
    for (int input = 0; input < 3; input++) {
      var texts = new ArrayList<Text>();
      all(model, input, new long[] {1, 2}, 0, power, texts);
      texts.sort(Comparator.comparingDouble(Text::score).reversed());
      for (int rank = 0; rank < 5; rank++) {
        Hypothesis ours = found.get(input).get(rank);
        assertThat(ours.score()).isCloseTo(texts.get(rank).score, within(1e-4));
        assertThat(ours.logProbability()).isCloseTo(texts.get(rank).sum, within(1e-4));
        assertThat(ours.tokens()).containsExactly(texts.get(rank).tokens.toArray(Long[]::new));
      }
    }
  }

  /** Plain beam search, a beam at a time, in doubles. */
  private static List<Text> slowly(HistoryModel model, int input, int beams, double power) {
    record Live(long[] tokens, double sum) {}
    List<Live> live = List.of(new Live(new long[] {1, 2}, 0));
    var finished = new ArrayList<Text>();
    for (int made = 1; made <= 8; made++) {
      var candidates = new ArrayList<Live>();
      for (Live beam : live) {
        double[] next = model.logProbabilities(input, beam.tokens);
        for (int token = 0; token < next.length; token++) {
          candidates.add(new Live(plus(beam.tokens, token), beam.sum + next[token]));
        }
      }
      candidates.sort(Comparator.comparingDouble(Live::sum).reversed());
      var following = new ArrayList<Live>();
      for (int rank = 0; rank < candidates.size() && following.size() < beams; rank++) {
        Live beam = candidates.get(rank);
        int end = beam.tokens.length - 1;
        if (beam.tokens[end] != END) {
          following.add(beam);
        } else if (rank < beams) {
          finished.add(text(beam.tokens, end, beam.sum, made, power));
        }
      }
      live = following;
    }
    live.forEach(beam -> finished.add(text(beam.tokens, beam.tokens.length, beam.sum, 8, power)));
    finished.sort(Comparator.comparingDouble(Text::score).reversed());
    return finished;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void inBatchesItFindsWhatASlowSearchWithoutAnEarlyEndFinds(int beams) {
    var random = Randomness.ofTest();
    for (int repeat = 0; repeat < 5; repeat++) {
      var model = new HistoryModel(11, 4, random.nextLong());
      double power = random.nextDouble();
      var wanted = new Generation(0, 8, 1, new Strategy.Beams(beams, power));
      var found = Generator.generate(model.decoder(), prompts(4), END, wanted);
      for (int input = 0; input < 4; input++) {
        Text best = slowly(model, input, beams, power).getFirst();
        Hypothesis ours = found.get(input).getFirst();
        assertThat(ours.score()).isCloseTo(best.score, within(1e-4));
        assertThat(ours.tokens()).containsExactly(best.tokens.toArray(Long[]::new));
      }
    }
  }

  @Test
  void scoresAreThoseOfTheModel() {
    var model = new HistoryModel(7, 2, Randomness.ofTest().nextLong());
    var wanted = new Generation(0, 6, 1, new Strategy.Beams(6, 3, 0.8, 0.5));
    var found = Generator.generate(model.decoder(), prompts(2), END, wanted);
    for (int input = 0; input < 2; input++) {
      for (Hypothesis text : found.get(input)) {
        long[] history = {1, 2};
        double sum = 0;
        for (long token : text.tokens()) {
          sum += model.logProbabilities(input, history)[(int) token];
          history = plus(history, token);
        }
        sum += text.ended() ? model.logProbabilities(input, history)[END] : 0;
        int length = text.tokens().length + (text.ended() ? 1 : 0);
        assertThat(text.logProbability()).isCloseTo(sum, within(1e-4));
        assertThat(text.score()).isCloseTo(sum / Math.sqrt(length), within(1e-4));
      }
      assertThat(found.get(input))
          .isSortedAccordingTo(Comparator.comparingDouble(Hypothesis::score).reversed());
    }
  }

  @Test
  void groupsWithoutDiversityComeToTheSameAndAreToldOnce() {
    var model = new HistoryModel(9, 2, Randomness.ofTest().nextLong());
    var plain = new Generation(0, 6, 1, new Strategy.Beams(2, 1));
    var grouped = plain.with(new Strategy.Beams(6, 3, 0, 1));
    var one = Generator.generate(model.decoder(), prompts(2), END, plain);
    var three = Generator.generate(model.decoder(), prompts(2), END, grouped);
    for (int input = 0; input < 2; input++) {
      assertThat(three.get(input)).hasSameSizeAs(one.get(input));
      assertThat(three.get(input).getFirst().tokens())
          .isEqualTo(one.get(input).getFirst().tokens());
    }
  }

  @Test
  void groupsThatAvoidEachOtherBeginWithOtherTokens() {
    var model = new HistoryModel(9, 2, Randomness.ofTest().nextLong());
    var wanted = new Generation(3, 3, 1, new Strategy.Beams(4, 4, 1e6, 0));
    for (var texts : Generator.generate(model.decoder(), prompts(2), END, wanted)) {
      for (int at = 0; at < 3; at++) {
        int place = at;
        assertThat(texts.stream().map(text -> text.tokens()[place])).doesNotHaveDuplicates();
      }
      assertThat(texts).hasSize(4);
    }
  }

  /** One beam a group, by hand: the best token after what those before it took has cost. */
  @Test
  void theCostOfDiversityIsPaidForEveryBeamThatTookTheToken() {
    var model = new HistoryModel(5, 1, Randomness.ofTest().nextLong());
    double diversity = 0.9;
    var wanted = new Generation(4, 4, 1, new Strategy.Beams(3, 3, diversity, 0));
    var found = Generator.generate(model.decoder(), prompts(1), END, wanted).getFirst();
    var histories = new long[][] {{1, 2}, {1, 2}, {1, 2}};
    for (int made = 0; made < 4; made++) {
      var taken = new int[5];
      for (int group = 0; group < 3; group++) {
        float[] logits = model.logits(0, histories[group]);
        logits[END] = Float.NEGATIVE_INFINITY;
        double[] next = HistoryModel.logSoftmax(logits);
        int best = 1;
        for (int token = 2; token < 5; token++) {
          if (next[token] - diversity * taken[token] > next[best] - diversity * taken[best]) {
            best = token;
          }
        }
        taken[best]++;
        histories[group] = plus(histories[group], best);
      }
    }
    var expected = Arrays.stream(histories).map(h -> Arrays.copyOfRange(h, 2, 6)).toList();
    assertThat(found).allSatisfy(text -> assertThat(expected).contains(text.tokens()));
    assertThat(found).hasSize((int) expected.stream().map(Arrays::toString).distinct().count());
  }
}
