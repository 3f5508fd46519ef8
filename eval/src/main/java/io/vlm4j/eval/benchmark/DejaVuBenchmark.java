package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.eval.metric.distribution.DejaVu;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Whether a model knows more of its training pictures than their captions tell, compared with a
 * reference that was trained on other pairs (arXiv 2402.02103): from the caption, through the
 * nearest public pictures, to what is on the training picture. 0 is no memory; the baseline, the
 * reference asked in the model's place, has 0 by construction.
 */
public final class DejaVuBenchmark extends Benchmark {
  private static final int NEIGHBOURS = 10;

  private final List<Sample> trained;
  private final List<Sample> open;
  private final Function<Sample, Set<String>> objects;

  /**
   * Asks about training pairs; the heading's baseline is the reference.
   *
   * @param trained pairs that the model was trained on and the reference was not
   * @param open public pictures that neither was trained on
   * @param objects what is on a picture
   */
  public DejaVuBenchmark(
      Heading heading,
      List<Sample> trained,
      List<Sample> open,
      Function<Sample, Set<String>> objects) {
    super(heading);
    if (trained.isEmpty() || open.isEmpty()) {
      throw new InputException(heading.name() + " needs training pairs and public pictures");
    }
    this.trained = trained.stream().filter(s -> !objects.apply(s).isEmpty()).toList();
    this.open = List.copyOf(open);
    this.objects = objects;
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Sample sample : trained) {
      hash.add(sample.key()).add(sample.text()).next();
      hash.add(String.join(",", objects.apply(sample).stream().sorted().toList()));
    }
    for (Sample sample : open) {
      hash.add(sample.picture());
      hash.add(String.join(",", objects.apply(sample).stream().sorted().toList()));
    }
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var dejaVu =
        DejaVu.of(
            view(who, watch),
            view(baseline(), Watch.NONE),
            trained.stream().map(objects).toList(),
            open.stream().map(objects).toList(),
            NEIGHBOURS);
    var measures = new ArrayList<Measure>();
    for (Scores gap : List.of(dejaVu.precisionGap(), dejaVu.recallGap(), dejaVu.areaGap())) {
      measures.add(Measure.mean(gap.name(), gap.each(), 0).lowerIsBetter(true));
    }
    return new Outcome(
        trained.stream().map(s -> new Outcome.Sampled(s.key(), Map.of())).toList(),
        measures,
        List.of());
  }

  private DejaVu.View view(Examinee who, Watch watch) {
    return new DejaVu.View(
        who.textVectors(trained.stream().map(Sample::text).toList()),
        Vectors.of(who, open.stream().map(Sample::picture).toList(), watch));
  }

  @Override
  public Picture picture(String example) {
    return trained.get(Integer.parseInt(example)).picture();
  }
}
