package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.Draws;
import io.vlm4j.eval.metric.Interval;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How much better concepts are known that came often in training (arXiv 2404.04125): pictures are
 * named among all concepts, and whether the name comes first is set against log10(1 + how many
 * training captions hold all words of the concept). The paper also counts concepts in pictures,
 * with a tagger, which is not done here.
 */
public final class FrequencyBenchmark extends Benchmark {
  private static final int ROUNDS = 2000;
  private static final int WORST = 12;

  private final Labelled data;
  private final long[] counts;

  /**
   * Asks for names.
   *
   * @param data pictures whose classes are concepts
   * @param captions of training
   */
  public FrequencyBenchmark(Heading heading, Labelled data, List<String> captions) {
    super(heading);
    if (data.items().isEmpty() || captions.isEmpty()) {
      throw new InputException(heading.name() + " needs pictures and the captions of training");
    }
    counts = counts(data.classes(), captions);
    this.data = data;
  }

  /** Of how many captions each concept's words are all part. */
  private static long[] counts(List<String> concepts, List<String> captions) {
    Map<String, List<Integer>> byWord = new HashMap<>();
    for (int i = 0; i < captions.size(); i++) {
      for (String word : List.of(words(captions.get(i))).stream().distinct().toList()) {
        byWord.computeIfAbsent(word, _ -> new ArrayList<>()).add(i);
      }
    }
    return concepts.stream()
        .mapToLong(concept -> {
          List<Integer> with = null;
          for (String word : words(concept)) {
            List<Integer> of = byWord.getOrDefault(word, List.of());
            if (with == null) {
              with = of;
            } else {
              var both = new ArrayList<>(with);
              both.retainAll(new HashSet<>(of));
              with = both;
            }
          }
          return with == null ? 0 : with.size();
        })
        .toArray();
  }

  private static String[] words(String text) {
    return text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+");
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    data.addTo(hash);
    hash.add(Arrays.toString(counts));
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    float[][] classes = who.textVectors(data.classes());
    float[][] pictures = Vectors.of(who, data.pictures(), watch);
    int[] labels = data.labels();
    var scores = Vectors.products(pictures, classes);
    var right = new double[labels.length];
    var frequency = new double[labels.length];
    var samples = new ArrayList<Outcome.Sampled>();
    for (int i = 0; i < right.length; i++) {
      float[] row = scores[i];
      int truth = labels[i];
      right[i] =
          IntStream.range(0, row.length).allMatch(c -> c == truth || row[c] < row[truth]) ? 1 : 0;
      frequency[i] = Math.log10(1 + counts[truth]);
      samples.add(
          new Outcome.Sampled(data.items().get(i).key(), Map.of("captions", band(counts[truth]))));
    }
    double slope = slope(frequency, right);
    var measures = new ArrayList<Measure>();
    measures.add(Measure.mean("accuracy", right, 1.0 / data.classes().size()));
    measures.add(Measure.number("slope per tenfold", slope, interval(frequency, right), false));
    measures.add(Measure.number("p of the slope", pValue(frequency, right, slope), null, false));
    return new Outcome(samples, measures, data.mistakes(scores, WORST));
  }

  private static String band(long count) {
    return count == 0 ? "0" : count < 10 ? "1 to 9" : count < 100 ? "10 to 99" : "100 and more";
  }

  /** Of the least-squares line; 0 where all frequencies are one. */
  static double slope(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElse(0);
    double meanY = Arrays.stream(y).average().orElse(0);
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    return xx == 0 ? 0 : xy / xx;
  }

  private static Interval interval(double[] x, double[] y) {
    double[] slopes =
        IntStream.range(0, ROUNDS)
            .mapToDouble(round -> {
              SplittableRandom random = Draws.of(1, round);
              int[] drawn =
                  IntStream.range(0, x.length).map(_ -> random.nextInt(x.length)).toArray();
              return slope(
                  IntStream.of(drawn).mapToDouble(i -> x[i]).toArray(),
                  IntStream.of(drawn).mapToDouble(i -> y[i]).toArray());
            })
            .sorted()
            .toArray();
    return new Interval(slopes[(int) (0.025 * ROUNDS)], slopes[(int) (0.975 * ROUNDS) - 1]);
  }

  /** Two-sided: how often frequencies given to other pictures tell as much. */
  private static double pValue(double[] x, double[] y, double slope) {
    long extreme =
        IntStream.range(0, ROUNDS)
            .filter(round -> {
              double[] shuffled = x.clone();
              SplittableRandom random = Draws.of(2, round);
              for (int i = shuffled.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                double swapped = shuffled[i];
                shuffled[i] = shuffled[j];
                shuffled[j] = swapped;
              }
              return Math.abs(slope(shuffled, y)) >= Math.abs(slope) - 1e-12;
            })
            .count();
    return (1.0 + extreme) / (1 + ROUNDS);
  }

  @Override
  public Picture picture(String example) {
    return data.items().get(Integer.parseInt(example)).picture();
  }
}
