package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.choice.Winoground;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A benchmark of {@link Grid}s: Winoground, ARO, SugarCrepe, DCI, PUG, reading of words, order of
 * frames. Each grid is a sample, since its questions hang together.
 */
public final class GridBenchmark extends Benchmark {
  private static final int CHUNK = 64; // grids whose pictures are in memory at once
  private static final int WORST = 12;

  /** How a grid's scores become the benchmark's. */
  public enum Rule {
    /** A picture is right if its own texts score higher than all others. */
    CHOICE,
    /** Winoground's text, image and group score, for two pictures and two texts. */
    WINOGROUND
  }

  private final Rule rule;
  private final List<Grid> grids;

  /**
   * Asks about grids.
   *
   * @param grids may be made as they are asked for, the same each time
   */
  public GridBenchmark(Heading heading, Rule rule, List<Grid> grids) {
    super(heading);
    if (grids.isEmpty()) {
      throw new InputException(heading.name() + ": " + heading.dataName() + " has no samples");
    }
    this.rule = rule;
    this.grids = grids;
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Grid grid : grids) {
      hash.add(grid.key()).next();
      grid.pictures().forEach(hash::add);
      grid.texts().forEach(hash::add);
      hash.add(grid.owners().toString());
    }
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var samples = new ArrayList<Outcome.Sampled>();
    var all = new ArrayList<double[][]>();
    var worst = new ArrayList<Outcome.Example>();
    for (int from = 0; from < grids.size(); from += CHUNK) {
      List<Grid> chunk = List.copyOf(grids.subList(from, Math.min(grids.size(), from + CHUNK)));
      List<double[][]> scores = scores(who, chunk);
      for (int i = 0; i < chunk.size(); i++) {
        samples.add(new Outcome.Sampled(chunk.get(i).key(), chunk.get(i).tags()));
        addMistakes(from + i, chunk.get(i), scores.get(i), worst);
      }
      all.addAll(scores);
      watch.done(from + chunk.size(), grids.size());
    }
    return new Outcome(
        samples,
        rule == Rule.WINOGROUND ? winoground(all) : choices(all),
        worst.stream()
            .sorted(Comparator.comparingDouble(Outcome.Example::margin).reversed())
            .limit(WORST)
            .toList());
  }

  /** {@code [pictures, texts]} for each grid. */
  private static List<double[][]> scores(Examinee who, List<Grid> chunk) {
    return who.fits(
        chunk.parallelStream()
            .map(grid -> new Examinee.Group(Vectors.onWhite(grid.pictures()), grid.texts()))
            .toList());
  }

  private List<Measure> choices(List<double[][]> scores) {
    var right = new double[scores.size()];
    var asked = new double[scores.size()];
    var chances = new double[scores.size()];
    for (int i = 0; i < right.length; i++) {
      Grid grid = grids.get(i);
      right[i] = grid.countRight(scores.get(i));
      asked[i] = grid.pictures().size();
      chances[i] = grid.chance();
    }
    return List.of(Measure.ratio("accuracy", right, asked, chances));
  }

  private static List<Measure> winoground(List<double[][]> scores) {
    List<Winoground.Item> items =
        scores.stream().map(s -> new Winoground.Item(s[0][0], s[1][0], s[0][1], s[1][1])).toList();
    double[] chances = {1 / 4.0, 1 / 4.0, 1 / 6.0};
    var measures = new ArrayList<Measure>();
    for (var score : Winoground.of(items)) {
      measures.add(Measure.mean(score.name(), score.each(), chances[measures.size()]));
    }
    return List.of(measures.get(2), measures.get(0), measures.get(1));
  }

  private void addMistakes(int index, Grid grid, double[][] scores, List<Outcome.Example> worst) {
    for (int p = 0; p < scores.length; p++) {
      int rival = grid.rival(p, scores[p]);
      if (rival >= 0 && !grid.isRight(p, scores[p])) {
        worst.add(
            new Outcome.Example(
                index + "/" + p,
                grid.texts().get(grid.own(p)),
                grid.texts().get(rival),
                grid.margin(p, scores[p])));
      }
    }
    if (worst.size() > 50 * WORST) { // of a million mistakes a dozen are shown
      worst.sort(Comparator.comparingDouble(Outcome.Example::margin).reversed());
      worst.subList(WORST, worst.size()).clear();
    }
  }

  @Override
  public Picture picture(String example) {
    int[] place = Stream.of(example.split("/")).mapToInt(Integer::parseInt).toArray();
    return grids.get(place[0]).pictures().get(place[1]);
  }
}
