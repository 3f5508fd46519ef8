package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.choice.Calibration;
import io.vlm4j.eval.metric.choice.Classification;
import io.vlm4j.eval.metric.choice.SelectivePrediction;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Zero-shot classification (arXiv 2103.00020, section 3.1): a class is the normalised mean of the
 * vectors of its prompts, one for each template; a picture is of the class nearest to it. Also asks
 * how sure the model is of its classes, if it gives probabilities.
 */
public final class ZeroShotBenchmark extends Benchmark {
  private static final int WORST = 12;
  private static final int BINS = 15;

  private final Labelled data;
  private final List<String> templates;
  private final boolean calibration;

  /**
   * Asks for classes.
   *
   * @param templates prompts with {@code {}} where the class's name goes
   * @param calibration whether the headline is the calibration error instead of the accuracy
   */
  public ZeroShotBenchmark(
      Heading heading, Labelled data, List<String> templates, boolean calibration) {
    super(heading);
    if (data.items().isEmpty() || data.classes().size() < 2 || templates.isEmpty()) {
      throw new InputException(heading.name() + " needs pictures, two classes and a template");
    }
    this.data = data;
    this.templates = List.copyOf(templates);
    this.calibration = calibration;
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    templates.forEach(hash::add);
    data.addTo(hash);
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    float[][] classes = classes(who);
    float[][] scores = Vectors.products(Vectors.of(who, data.pictures(), watch), classes);
    int[] labels = data.labels();
    List<Measure> measures =
        calibration ? sureness(who.probabilities(scores), labels) : accuracies(scores, labels);
    return new Outcome(data.samples(), measures, data.mistakes(scores, WORST));
  }

  private float[][] classes(Examinee who) {
    return who.classVectors(
        data.classes().stream()
            .map(name -> templates.stream().map(t -> t.replace("{}", name)).toList())
            .toList());
  }

  private List<Measure> accuracies(float[][] scores, int[] labels) {
    int classes = data.classes().size();
    double[] first = Classification.topK(scores, labels, 1).each();
    var measures = new ArrayList<Measure>();
    measures.add(Measure.classMean("mean per class", first, labels, 1.0 / classes));
    measures.add(Measure.mean("accuracy", first, 1.0 / classes));
    if (classes > 5) {
      double[] five = Classification.topK(scores, labels, 5).each();
      measures.add(Measure.mean("top-5", five, 5.0 / classes));
    }
    return measures;
  }

  private static List<Measure> sureness(float[][] probabilities, int[] labels) {
    double[] right = Classification.topK(probabilities, labels, 1).each();
    double[] sure = new double[right.length];
    for (int i = 0; i < sure.length; i++) {
      for (float p : probabilities[i]) {
        sure[i] = Math.clamp(p, sure[i], 1); // rounding may pass 1
      }
    }
    var width = Calibration.equalWidth(sure, right, BINS);
    var mass = Calibration.equalMass(sure, right, BINS);
    var selective = new SelectivePrediction(sure, right);
    return List.of(
        Measure.number(width.name(), width.overall(), Card.BOOTSTRAP.percentile(width), true),
        Measure.number(mass.name(), mass.overall(), Card.BOOTSTRAP.percentile(mass), true),
        Measure.mean("accuracy", right, 1.0 / probabilities[0].length),
        Measure.mean("confidence", sure),
        Measure.number("coverage at risk 5 %", selective.coverageAt(0.05), null, false),
        Measure.number("coverage at risk 20 %", selective.coverageAt(0.2), null, false),
        Measure.number("area under risk-coverage", selective.area(), null, true));
  }

  @Override
  public Picture picture(String example) {
    return data.items().get(Integer.parseInt(example)).picture();
  }
}
