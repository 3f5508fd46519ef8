package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.choice.Classification;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What a picture's vector tells without any text: classes by the k nearest known pictures, each
 * voting with exp(cosine / 0.07) (as in arXiv 2104.14294, appendix F.1), and by the nearest mean of
 * few known pictures of each class, averaged over draws of them.
 */
public final class NeighbourBenchmark extends Benchmark {
  private static final int NEIGHBOURS = 20;
  private static final double TEMPERATURE = 0.07;
  private static final int[] SHOTS = {1, 5};
  private static final int DRAWS = 5;
  private static final int WORST = 12;

  private final Labelled known;
  private final Labelled asked;

  /** Classes of pictures from those of others; both must have the same classes. */
  public NeighbourBenchmark(Heading heading, Labelled known, Labelled asked) {
    super(heading);
    if (!known.classes().equals(asked.classes())) {
      throw new InputException(heading.name() + ": known and asked pictures have other classes");
    }
    if (known.items().isEmpty() || asked.items().isEmpty()) {
      throw new InputException(heading.name() + " needs known pictures and others to ask about");
    }
    this.known = known;
    this.asked = asked;
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    asked.addTo(hash);
    for (Labelled.Item item : known.items()) {
      hash.add(item.picture()).add(Integer.toString(item.label()));
    }
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    long all = (long) known.items().size() + asked.items().size();
    float[][] memory = Vectors.of(who, known.pictures(), (n, _) -> watch.done(n, all));
    float[][] queries =
        Vectors.of(who, asked.pictures(), (n, _) -> watch.done(known.items().size() + n, all));
    float[][] votes =
        Arrays.stream(queries)
            .parallel()
            .map(query -> votes(Vectors.products(new float[][] {query}, memory)[0]))
            .toArray(float[][]::new);
    int[] labels = asked.labels();
    double chance = 1.0 / asked.classes().size();
    var measures = new ArrayList<Measure>();
    double[] right = Classification.topK(votes, labels, 1).each();
    measures.add(
        Measure.classMean("%d-NN, mean per class".formatted(NEIGHBOURS), right, labels, chance));
    measures.add(Measure.mean("%d-NN accuracy".formatted(NEIGHBOURS), right, chance));
    for (int shots : SHOTS) {
      measures.add(
          Measure.classMean(
              "%d-shot, mean per class".formatted(shots),
              fewShot(memory, queries, labels, shots),
              labels,
              chance));
    }
    return new Outcome(asked.samples(), measures, asked.mistakes(votes, WORST));
  }

  private float[] votes(float[] cosines) {
    int[] nearest =
        IntStream.range(0, cosines.length)
            .boxed()
            .sorted((a, b) -> Float.compare(cosines[b], cosines[a]))
            .limit(NEIGHBOURS)
            .mapToInt(Integer::intValue)
            .toArray();
    var votes = new float[known.classes().size()];
    for (int i : nearest) {
      votes[known.items().get(i).label()] += (float) Math.exp((cosines[i] - 1) / TEMPERATURE);
    }
    return votes;
  }

  /**
   * The share of draws that a query is right in; classes without known pictures are never right.
   */
  private double[] fewShot(float[][] memory, float[][] queries, int[] labels, int shots) {
    var right = new double[queries.length];
    for (int draw = 0; draw < DRAWS; draw++) {
      var groups = new ArrayList<int[]>();
      var classes = new ArrayList<Integer>();
      for (int c = 0; c < known.classes().size(); c++) {
        int[] chosen = choose(c, shots, Chance.of(shots, draw, c));
        if (chosen.length > 0) {
          groups.add(chosen);
          classes.add(c);
        }
      }
      float[][] scores = Vectors.products(queries, Vectors.means(memory, groups));
      for (int i = 0; i < right.length; i++) {
        int truth = classes.indexOf(labels[i]);
        right[i] += truth >= 0 && isFirst(scores[i], truth) ? 1.0 / DRAWS : 0;
      }
    }
    return right;
  }

  private int[] choose(int label, int shots, RandomGenerator chance) {
    int[] all =
        IntStream.range(0, known.items().size())
            .filter(i -> known.items().get(i).label() == label)
            .toArray();
    for (int i = 0; i < Math.min(shots, all.length); i++) {
      int other = chance.nextInt(i, all.length);
      int swapped = all[i];
      all[i] = all[other];
      all[other] = swapped;
    }
    return Arrays.copyOf(all, Math.min(shots, all.length));
  }

  private static boolean isFirst(float[] scores, int right) {
    return IntStream.range(0, scores.length).allMatch(c -> c == right || scores[c] < scores[right]);
  }

  @Override
  public Picture picture(String example) {
    return asked.items().get(Integer.parseInt(example)).picture();
  }
}
