package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.choice.Classification;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A captioner as a classifier: the class whose prompt is most probable beside the picture, log P(t
 * | picture), and the same less log P(t), the mean probability beside pictures of noise
 * (VisualGPTScore, arXiv 2306.01879, with alpha 1).
 */
public final class LikelihoodBenchmark extends Benchmark {
  private static final int CHUNK = 16; // pictures, each beside every class
  private static final int WORST = 12;
  private static final int NOISE = 3;
  private static final int NOISE_SIDE = 64;

  private final Labelled data;
  private final String template;

  /** Asks for classes; {@code template} has {@code {}} where the class's name goes. */
  public LikelihoodBenchmark(Heading heading, Labelled data, String template) {
    super(heading);
    if (data.items().isEmpty() || data.classes().size() < 2) {
      throw new InputException(heading.name() + " needs pictures and two classes");
    }
    this.data = data;
    this.template = template;
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    hash.add(template);
    data.addTo(hash);
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    if (!who.abilities().contains(Ability.LIKELIHOOD)) { // the baseline: the same of all pictures
      return outcome(baseline(who), baseline(who));
    }
    List<String> prompts =
        data.classes().stream().map(name -> template.replace("{}", name)).toList();
    double[] prior = prior(who, prompts);
    var scores = new float[data.items().size()][];
    var debiased = new float[scores.length][];
    List<Picture> pictures = data.pictures();
    for (int from = 0; from < scores.length; from += CHUNK) {
      List<Pixels> chunk =
          Vectors.onWhite(pictures.subList(from, Math.min(scores.length, from + CHUNK)));
      float[][] some = logProbabilities(who, chunk, prompts);
      for (int i = 0; i < some.length; i++) {
        scores[from + i] = some[i];
        debiased[from + i] = some[i].clone();
        for (int c = 0; c < prior.length; c++) {
          debiased[from + i][c] -= (float) prior[c];
        }
      }
      watch.done(from + chunk.size(), scores.length);
    }
    return outcome(debiased, scores);
  }

  private float[][] baseline(Examinee who) {
    float[][] prompts =
        who.textVectors(data.classes().stream().map(name -> template.replace("{}", name)).toList());
    return Vectors.products(
        Collections.nCopies(data.items().size(), new float[] {1}).toArray(float[][]::new), prompts);
  }

  private static float[][] logProbabilities(
      Examinee who, List<Pixels> pictures, List<String> prompts) {
    var shown = new ArrayList<Pixels>();
    var texts = new ArrayList<String>();
    for (Pixels picture : pictures) {
      shown.addAll(Collections.nCopies(prompts.size(), picture));
      texts.addAll(prompts);
    }
    double[] all = who.logLikelihoods(shown, texts);
    var rows = new float[pictures.size()][prompts.size()];
    for (int i = 0; i < all.length; i++) {
      rows[i / prompts.size()][i % prompts.size()] = (float) all[i];
    }
    return rows;
  }

  /** log of the mean probability of each prompt beside pictures of noise. */
  private static double[] prior(Examinee who, List<String> prompts) {
    var noise = new ArrayList<Pixels>();
    for (int i = 0; i < NOISE; i++) {
      var random = new SplittableRandom(i);
      var rgb = new byte[3 * NOISE_SIDE * NOISE_SIDE];
      for (int b = 0; b < rgb.length; b++) {
        rgb[b] = (byte) Math.clamp(Math.round(127.5 + 64 * gaussian(random)), 0, 255);
      }
      noise.add(new Pixels(NOISE_SIDE, NOISE_SIDE, rgb));
    }
    float[][] rows = logProbabilities(who, noise, prompts);
    var prior = new double[prompts.size()];
    for (int c = 0; c < prior.length; c++) {
      double most = Double.NEGATIVE_INFINITY;
      for (float[] row : rows) {
        most = Math.max(most, row[c]);
      }
      double sum = 0;
      for (float[] row : rows) {
        sum += Math.exp(row[c] - most);
      }
      prior[c] = most + Math.log(sum / NOISE);
    }
    return prior;
  }

  private static double gaussian(SplittableRandom random) {
    return random.nextGaussian();
  }

  private Outcome outcome(float[][] debiased, float[][] scores) {
    int[] labels = data.labels();
    double chance = 1.0 / data.classes().size();
    double[] right = Classification.topK(debiased, labels, 1).each();
    double[] plain = Classification.topK(scores, labels, 1).each();
    return new Outcome(
        data.samples(),
        List.of(
            Measure.classMean("debiased, mean per class", right, labels, chance),
            Measure.classMean("mean per class", plain, labels, chance),
            Measure.mean("debiased accuracy", right, chance),
            Measure.mean("accuracy", plain, chance)),
        data.mistakes(debiased, WORST));
  }

  @Override
  public Picture picture(String example) {
    return data.items().get(Integer.parseInt(example)).picture();
  }
}
