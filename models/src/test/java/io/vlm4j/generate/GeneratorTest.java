package io.vlm4j.generate;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneratorTest {
  private static final int END = 0;

  private static long[][] prompts(int count) {
    return IntStream.range(0, count).mapToObj(_ -> new long[] {1}).toArray(long[][]::new);
  }

  /** The most probable tokens of one row, by hand. */
  private static List<Long> greedily(HistoryModel model, int input, int least, int most, double r) {
    var tokens = new ArrayList<Long>(List.of(1L));
    while (tokens.size() <= most) {
      float[] logits = model.logits(input, tokens.stream().mapToLong(Long::longValue).toArray());
      for (long had : tokens.stream().distinct().toList()) {
        logits[(int) had] *= logits[(int) had] > 0 ? (float) (1 / r) : (float) r;
      }
      if (tokens.size() <= least) {
        logits[END] = Float.NEGATIVE_INFINITY;
      }
      long best = 0;
      for (int token = 1; token < logits.length; token++) {
        best = logits[token] > logits[(int) best] ? token : best;
      }
      if (best == END) {
        break;
      }
      tokens.add(best);
    }
    return tokens.subList(1, tokens.size());
  }

  @ParameterizedTest
  @CsvSource({"0, 12, 1", "6, 12, 1", "12, 12, 1.5", "0, 5, 3", "4, 9, 0.6"})
  void greedyTakesTheBestTokenOfEachRow(int least, int most, double penalty) {
    var model = new HistoryModel(6, 5, Randomness.ofTest().nextLong());
    var wanted = new Generation(least, most, penalty, Strategy.GREEDY);
    var found = Generator.generate(model.decoder(), prompts(5), END, wanted);
    for (int input = 0; input < 5; input++) {
      assertThat(found.get(input)).hasSize(1);
      Hypothesis text = found.get(input).getFirst();
      assertThat(text.tokens())
          .containsExactly(greedily(model, input, least, most, penalty).toArray(Long[]::new));
      assertThat(text.tokens().length).isBetween(least, most);
      assertThat(text.ended()).isEqualTo(text.tokens().length < most);
    }
  }

  @Test
  void oneBeamWithoutALengthPenaltyIsGreedy() {
    var model = new HistoryModel(6, 5, Randomness.ofTest().nextLong());
    var greedy = Generation.greedy(10);
    var first = Generator.generate(model.decoder(), prompts(5), END, greedy);
    var beam = greedy.with(new Strategy.Beams(1, 0));
    var second = Generator.generate(model.decoder(), prompts(5), END, beam);
    for (int input = 0; input < 5; input++) {
      Hypothesis text = first.get(input).getFirst();
      assertThat(second.get(input).getFirst().tokens()).isEqualTo(text.tokens());
      assertThat(second.get(input).getFirst().logProbability())
          .isCloseTo(text.logProbability(), within(1e-4));
    }
  }

  /** Temperature, then the K best, then of these the fewest that reach P; in doubles. */
  private static double[] renormalised(float[] logits, Strategy.Sampling s) {
    Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> -logits[i]));
    int kept = s.topK() == 0 ? logits.length : Math.min(s.topK(), logits.length);
    var p = new double[logits.length];
    double sum = 0;
    for (int rank = 0; rank < kept; rank++) {
      p[order[rank]] = Math.exp(logits[order[rank]] / s.temperature());
      sum += p[order[rank]];
    }
    double before = 0;
    double left = 0;
    for (int rank = 0; rank < kept; rank++) {
      double share = p[order[rank]] / sum;
      p[order[rank]] = before < s.topP() ? share : 0;
      left += p[order[rank]];
      before += share;
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= left;
    }
    return p;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 1",
    "0.3, 0, 1",
    "2.5, 0, 1",
    "1, 1, 1",
    "1, 7, 1",
    "1, 500, 1",
    "1, 0, 0.01",
    "1, 0, 0.5",
    "1, 0, 0.95",
    "0.7, 10, 0.8",
    "1.5, 3, 0.6"
  })
  void whatIsDrawnFromIsTheRenormalisedDistribution(double temperature, int topK, double topP) {
    var random = Randomness.ofTest();
    int vocabulary = 40;
    int rows = 6;
    float[] logits = Randomness.normal(random, rows * vocabulary);
    var sampling = new Strategy.Sampling(temperature, topK, topP, 0);
    try (var _ = new Scope()) {
      var scores = Tensors.of(logits, rows, vocabulary).log_softmax(1);
      var shortlist = Shortlist.of(scores, sampling);
      long[] ids = Tensors.toLongs(shortlist.ids());
      float[] p = Tensors.toFloats(shortlist.probabilities());
      int n = ids.length / rows;
      for (int row = 0; row < rows; row++) {
        float[] own = Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
        double[] expected = renormalised(own, sampling);
        var ours = new double[vocabulary];
        for (int i = 0; i < n; i++) {
          ours[(int) ids[row * n + i]] = p[row * n + i];
        }
        assertThat(ours).containsExactly(expected, within(1e-6));
      }
    }
  }

  @Test
  void aDrawIsThePlaceInTheCumulatedProbabilities() {
    try (var _ = new Scope()) {
      float[] p = {0.1f, 0.6f, 0.3f};
      var scores = Tensors.of(p, 1, 3).log().expand(6, 3);
      var shortlist = Shortlist.of(scores, new Strategy.Sampling(1, 0, 1, 0));
      float[] places = {0, 0.59f, 0.61f, 0.89f, 0.91f, 1};
      assertThat(Tensors.toLongs(shortlist.draw(places))).containsExactly(1, 1, 2, 2, 0, 0);
      var two = Shortlist.of(scores, new Strategy.Sampling(1, 0, 0.7, 0));
      assertThat(Tensors.toLongs(two.draw(places))).containsExactly(1, 1, 1, 2, 2, 2);
    }
  }

  /** The chi-square statistic of 4000 first tokens stays below its 1-in-a-million value. */
  @Test
  void tokensComeAsOftenAsTheyAreProbable() {
    long seed = Randomness.ofTest().nextLong();
    var single = new HistoryModel(5, 1, seed);
    float[] logits = single.logits(0, new long[] {1});
    var sampling = new Strategy.Sampling(1.3, 4, 0.97, seed);
    double[] expected = renormalised(logits, sampling);
    int draws = 4000;
    var decoder =
        new ReplayDecoder(tokens -> Tensors.of(logits, 1, 5).expand(tokens.size(0), 5), 9);
    var found = Generator.generate(decoder, prompts(draws), 4, new Generation(0, 1, 1, sampling));
    var counts = new int[5];
    found.forEach(texts -> {
      long[] tokens = texts.getFirst().tokens();
      counts[tokens.length == 0 ? 4 : (int) tokens[0]]++;
    });
    double chiSquare = 0;
    for (int token = 0; token < 5; token++) {
      double mean = expected[token] * draws;
      if (mean == 0) {
        assertThat(counts[token]).isZero();
      } else {
        chiSquare += (counts[token] - mean) * (counts[token] - mean) / mean;
      }
    }
    assertThat(chiSquare).isLessThan(33.4); // of 4 degrees of freedom
  }

  @Test
  void theSameSeedDrawsTheSameWhateverElseIsInTheBatch() {
    var model = new HistoryModel(8, 3, Randomness.ofTest().nextLong());
    var strategy = new Strategy.Sampling(1, 0, 1, 42);
    var wanted = new Generation(0, 9, 1, strategy);
    var together = Generator.generate(model.decoder(), prompts(3), END, wanted);
    var again = Generator.generate(model.decoder(), prompts(3), END, wanted);
    var other =
        Generator.generate(
            model.decoder(), prompts(3), END, wanted.with(new Strategy.Sampling(1, 0, 1, 1042)));
    for (int input = 0; input < 3; input++) {
      assertThat(again.get(input).getFirst().tokens())
          .isEqualTo(together.get(input).getFirst().tokens());
    }
    assertThat(other.stream().map(texts -> Arrays.toString(texts.getFirst().tokens())).toList())
        .isNotEqualTo(
            together.stream().map(texts -> Arrays.toString(texts.getFirst().tokens())).toList());
    var first = new HistoryModel(8, 1, model.seed());
    var alone = Generator.generate(first.decoder(), prompts(1), END, wanted);
    assertThat(alone.getFirst().getFirst().tokens())
        .isEqualTo(together.getFirst().getFirst().tokens());
    assertThat(strategy.after(2)).isEqualTo(new Strategy.Sampling(1, 0, 1, 44));
  }

  @Test
  void aTextIsNoLongerThanTheModelHolds() {
    var model = new HistoryModel(6, 1, 3);
    var wanted = new Generation(0, 50, 1, Strategy.GREEDY);
    var capped = new Generation(3, 50, 1, Strategy.GREEDY);
    assertThat(
            Generator.generate(model.decoder(4), prompts(1), END, capped)
                .getFirst()
                .getFirst()
                .tokens()
                .length)
        .isBetween(3, 4);
    assertRefused(
        () -> Generator.generate(model.decoder(1), new long[][] {{1, 2}}, END, wanted),
        "2 tokens",
        "holds 1");
    assertRefused(
        () -> Generator.generate(model.decoder(), new long[][] {{1}, {1, 2}}, END, wanted),
        "one length");
  }

  @Test
  void whatCannotBeIsRefused() {
    assertRefused(() -> new Generation(5, 4, 1, Strategy.GREEDY), "at least 5", "at most 4");
    assertRefused(() -> new Generation(0, 4, 0, Strategy.GREEDY), "repetition penalty");
    assertRefused(() -> new Strategy.Beams(4, 3, 0, 1), "4 beams", "3 groups");
    assertRefused(() -> new Strategy.Beams(0, 1), "0");
    assertRefused(() -> new Strategy.Sampling(0, 0, 1, 0), "temperature");
    assertRefused(() -> new Strategy.Sampling(1, 0, 1.5, 0), "top-p");
    assertRefused(() -> new Strategy.Sampling(1, -1, 1, 0), "top-k");
  }

  /** What is there already costs once, and once more each time; the prompt does not count. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1.5, 0", "0, 0.8", "-2, 0.5", "1, 1"})
  void presenceAndFrequencyArePenalisedAndBiasesAdded(double presence, double frequency) {
    var model = new HistoryModel(6, 3, Randomness.ofTest().nextLong());
    Map<Long, Double> bias = Map.of(2L, 0.7, 4L, Double.NEGATIVE_INFINITY);
    var wanted = Generation.greedy(9).with(presence, frequency, bias);
    var found = Generator.generate(model.decoder(), prompts(3), END, wanted);
    for (int input = 0; input < 3; input++) {
      var tokens = new ArrayList<Long>(List.of(1L));
      while (tokens.size() <= 9) {
        float[] logits = model.logits(input, tokens.stream().mapToLong(Long::longValue).toArray());
        int best = 0;
        for (int token = 0; token < logits.length; token++) {
          long id = token;
          long times = tokens.stream().skip(1).filter(had -> had == id).count();
          logits[token] -= (float) (frequency * times + (times > 0 ? presence : 0));
          logits[token] += bias.getOrDefault(id, 0.0).floatValue();
          best = logits[token] > logits[best] ? token : best;
        }
        if (best == END) {
          break;
        }
        tokens.add((long) best);
      }
      assertThat(found.get(input).getFirst().tokens())
          .containsExactly(tokens.subList(1, tokens.size()).toArray(Long[]::new))
          .doesNotContain(4L);
    }
    assertRefused(
        () ->
            Generator.generate(
                model.decoder(), prompts(3), END, wanted.with(0, 0, Map.of(6L, 1.0))),
        "token 6",
        "0 to 5");
  }

  @Test
  void aWatcherSeesEveryTokenButTheEndAndMayEndARow() {
    var model = new HistoryModel(6, 3, Randomness.ofTest().nextLong());
    var plain = Generator.generate(model.decoder(), prompts(3), END, Generation.greedy(9));
    var seen = new ArrayList<List<Long>>(List.of(List.of(), List.of(), List.of()));
    var watched =
        Generator.generate(
            model.decoder(),
            prompts(3),
            Set.of((long) END),
            Generation.greedy(9),
            (row, id) -> {
              var all = new ArrayList<>(seen.get(row));
              all.add(id);
              seen.set(row, all);
              return row != 1 || all.size() < 2;
            });
    for (int row = 0; row < 3; row++) {
      long[] whole = plain.get(row).getFirst().tokens();
      long[] expected = row == 1 ? Arrays.copyOf(whole, Math.min(2, whole.length)) : whole;
      assertThat(watched.get(row).getFirst().tokens()).isEqualTo(expected);
      assertThat(seen.get(row))
          .containsExactly(Arrays.stream(expected).boxed().toArray(Long[]::new));
    }
  }

  @Test
  void anyOfSeveralEndsEndsAText() {
    var model = new HistoryModel(4, 3, Randomness.ofTest().nextLong());
    var ends = Set.of(0L, 2L);
    for (Strategy strategy : List.of(Strategy.GREEDY, new Strategy.Beams(3, 1))) {
      Generator.generate(
              model.decoder(), prompts(3), ends, Generation.greedy(12).with(strategy), Watcher.NONE)
          .forEach(
              texts -> texts.forEach(text -> assertThat(text.tokens()).doesNotContain(0L, 2L)));
    }
  }
}
