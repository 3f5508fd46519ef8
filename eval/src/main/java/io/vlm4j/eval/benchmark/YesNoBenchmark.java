package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.choice.YesNo;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Is there such a thing in the picture? (POPE, arXiv 2305.10355)
 *
 * <p>Whoever answers is read by POPE's rule. Whoever embeds says yes where the score of a statement
 * lies above a threshold, which is chosen on the other half of the questions for the highest
 * accuracy there; of several best ones the highest. Who gives everything one score always says no.
 */
public final class YesNoBenchmark extends Benchmark {
  private static final int CHUNK = 128;
  private static final int WORST = 12;

  private final List<Question> questions;
  private final Units<Question> units;

  /** Asks questions; what the heading says it needs tells in which way. */
  public YesNoBenchmark(Heading heading, List<Question> questions) {
    super(heading);
    if (questions.isEmpty()) {
      throw new InputException(heading.name() + ": no questions");
    }
    this.questions = questions;
    units = Units.inOrder(questions, Question::unit);
  }

  /**
   * A question.
   *
   * @param asked of those who answer
   * @param statement what is true if the answer is yes, for those who embed
   * @param half 0 or 1; each half's threshold is chosen on the other. What hangs together must be
   *     in one half
   */
  public record Question(
      String key,
      Picture picture,
      String asked,
      String statement,
      boolean truth,
      String unit,
      int half,
      Map<String, String> tags) {}

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Question question : questions) {
      hash.add(question.key()).add(question.picture());
      hash.add(question.asked()).add(question.statement()).add(question.unit());
      hash.add(question.truth() + " " + question.half());
    }
    samples().forEach(_ -> hash.next());
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var truths = new boolean[questions.size()];
    for (int i = 0; i < truths.length; i++) {
      truths[i] = questions.get(i).truth();
    }
    double[] surplus; // above 0 for yes
    boolean[] said;
    if (needs() == Ability.ANSWER && who.abilities().contains(Ability.ANSWER)) {
      said = answers(who, watch);
      surplus = new double[said.length];
      Arrays.setAll(surplus, i -> said[i] ? 1 : -1);
    } else {
      surplus = aboveThreshold(scores(who, watch), truths);
      said = new boolean[surplus.length];
      for (int i = 0; i < said.length; i++) {
        said[i] = surplus[i] > 0;
      }
    }
    return new Outcome(samples(), measures(said, truths), mistakes(surplus, truths));
  }

  private List<Outcome.Sampled> samples() {
    return units.samples(Question::tags);
  }

  private List<Measure> measures(boolean[] said, boolean[] truths) {
    double[] asked = units.counts(_ -> true);
    double[] right = units.counts(i -> said[i] == truths[i]);
    double[] truePositive = units.counts(i -> said[i] && truths[i]);
    double[] yes = units.counts(i -> said[i]);
    double[] wanted = units.counts(i -> truths[i]);
    var both = new double[yes.length];
    Arrays.setAll(both, u -> (yes[u] + wanted[u]) / 2); // F1 = 2 TP / (yes said + yes wanted)
    double share = Arrays.stream(wanted).sum() / truths.length;
    return List.of(
        Measure.ratio("accuracy", right, asked, Math.max(share, 1 - share)),
        Measure.ratio("precision", truePositive, yes, share),
        Measure.ratio("recall", truePositive, wanted),
        Measure.ratio("F1", truePositive, both),
        Measure.ratio("yes ratio", yes, asked));
  }

  private boolean[] answers(Examinee who, Watch watch) {
    var said = new boolean[questions.size()];
    for (int from = 0; from < said.length; from += CHUNK) {
      List<Question> chunk = questions.subList(from, Math.min(said.length, from + CHUNK));
      List<String> answers =
          who.answers(pixels(chunk), chunk.stream().map(Question::asked).toList());
      for (int i = 0; i < chunk.size(); i++) {
        said[from + i] = YesNo.saysYes(answers.get(i));
      }
      watch.done(from + chunk.size(), said.length);
    }
    return said;
  }

  private double[] scores(Examinee who, Watch watch) {
    var scores = new double[questions.size()];
    for (int from = 0; from < scores.length; from += CHUNK) {
      List<Question> chunk = questions.subList(from, Math.min(scores.length, from + CHUNK));
      float[][] rows = who.pictureVectors(pixels(chunk));
      float[][] columns = who.textVectors(chunk.stream().map(Question::statement).toList());
      for (int i = 0; i < chunk.size(); i++) {
        scores[from + i] = Vectors.exactDot(rows[i], columns[i]);
      }
      watch.done(from + chunk.size(), scores.length);
    }
    return scores;
  }

  private static List<Pixels> pixels(List<Question> chunk) {
    return Vectors.onWhite(chunk.stream().map(Question::picture).toList());
  }

  private double[] aboveThreshold(double[] scores, boolean[] truths) {
    double[] thresholds = {threshold(scores, truths, 1), threshold(scores, truths, 0)};
    var surplus = new double[scores.length];
    Arrays.setAll(surplus, i -> scores[i] - thresholds[questions.get(i).half() & 1]);
    return surplus;
  }

  /** The highest threshold of those that are right most often on a half. */
  private double threshold(double[] scores, boolean[] truths, int half) {
    int[] order =
        IntStream.range(0, scores.length)
            .filter(i -> (questions.get(i).half() & 1) == half)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -scores[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double threshold = Double.POSITIVE_INFINITY;
    if (order.length > 0) {
      threshold = scores[order[0]];
    }
    int best = 0; // right answers more than if all were no
    int more = 0;
    for (int i = 0; i < order.length; i++) {
      more += truths[order[i]] ? 1 : -1;
      boolean isLast = i == order.length - 1;
      double next = isLast ? scores[order[i]] - 1 : scores[order[i + 1]];
      if (more > best && next < scores[order[i]]) {
        best = more;
        threshold = isLast ? next : (scores[order[i]] + next) / 2;
      }
    }
    return threshold;
  }

  private List<Outcome.Example> mistakes(double[] surplus, boolean[] truths) {
    var mistakes = new ArrayList<Outcome.Example>();
    for (int i = 0; i < surplus.length; i++) {
      if (surplus[i] > 0 != truths[i]) {
        mistakes.add(
            new Outcome.Example(
                Integer.toString(i),
                (truths[i] ? "yes: " : "no: ") + questions.get(i).statement(),
                truths[i] ? "no" : "yes",
                Math.abs(surplus[i])));
      }
    }
    mistakes.sort(Comparator.comparingDouble(Outcome.Example::margin).reversed());
    return mistakes.subList(0, Math.min(WORST, mistakes.size()));
  }

  @Override
  public Picture picture(String example) {
    return questions.get(Integer.parseInt(example)).picture();
  }
}
