package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.eval.metric.caption.CaptionMetrics;
import io.vlm4j.eval.metric.caption.CaptionSet;
import io.vlm4j.eval.metric.caption.Meteor;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a model says of pictures against what people say: COCO's metrics. */
public final class CaptionBenchmark extends Benchmark {
  private static final int CHUNK = 128;
  private static final int WORST = 12;
  private static final String MAIN = "CIDEr-D";

  private final List<Sample> samples;
  private final String tag;

  /**
   * Asks for captions.
   *
   * @param samples pictures whose texts are the references
   * @param tag a label by which results are parted; empty for none
   */
  public CaptionBenchmark(Heading heading, List<Sample> samples, String tag) {
    super(heading);
    if (samples.isEmpty()) {
      throw new InputException(heading.name() + ": no pictures with captions");
    }
    this.samples = List.copyOf(samples);
    this.tag = tag;
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Sample sample : samples) {
      hash.add(sample.key()).add(sample.picture()).next();
      sample.texts().forEach(hash::add);
    }
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var said = new ArrayList<String>();
    for (int from = 0; from < samples.size(); from += CHUNK) {
      List<Picture> chunk =
          samples.subList(from, Math.min(samples.size(), from + CHUNK)).stream()
              .map(Sample::picture)
              .toList();
      said.addAll(who.captions(Vectors.onWhite(chunk)));
      watch.done(said.size(), samples.size());
    }
    var own = new LinkedHashMap<String, String>();
    var people = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < said.size(); i++) {
      String id = Integer.toString(i);
      own.put(id, said.get(i));
      people.put(id, samples.get(i).texts());
    }
    List<Scores> scores = CaptionMetrics.all(CaptionSet.of(own, people), Meteor.english());
    var measures = new ArrayList<Measure>();
    for (Scores score : scores) {
      boolean isMain = score.name().equals(MAIN);
      measures.add(
          isMain ? 0 : measures.size(),
          score.name().startsWith("BLEU")
              ? Measure.number(
                  score.name(), score.overall(), Card.BOOTSTRAP.percentile(score), false)
              : Measure.mean(score.name(), score.each()));
    }
    measures.add(exact(said));
    return new Outcome(
        samples.stream()
            .map(s ->
                new Outcome.Sampled(s.key(), tag.isEmpty() ? Map.of() : Map.of(tag, s.label(tag))))
            .toList(),
        measures,
        mistakes(said, measures.getFirst()));
  }

  /** How often a caption is just what one of the people said. */
  private Measure exact(List<String> said) {
    return Measure.mean(
        "exact accuracy",
        IntStream.range(0, said.size())
            .mapToDouble(i -> samples.get(i).texts().contains(said.get(i)) ? 1 : 0)
            .toArray());
  }

  private List<Outcome.Example> mistakes(List<String> said, Measure main) {
    return IntStream.range(0, said.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> main.values()[i]))
        .limit(WORST)
        .map(i ->
            new Outcome.Example(
                Integer.toString(i),
                samples.get(i).texts().getFirst(),
                said.get(i),
                -main.values()[i]))
        .toList();
  }

  @Override
  public Picture picture(String example) {
    return samples.get(Integer.parseInt(example)).picture();
  }
}
