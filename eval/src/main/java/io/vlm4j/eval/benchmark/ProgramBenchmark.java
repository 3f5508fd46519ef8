package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.answer.VisualProgram;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Whether pictures show what texts asked for, by visual programs (VPEval, arXiv 2305.15328) whose
 * modules the model answers.
 *
 * <p>Of pictures that somebody made for a text the mean of the modules is a score of those
 * pictures, as the model sees them. Where it is known whether a picture shows it, the model itself
 * is examined: how often all modules of a program say so where it is so, and not where it is not.
 */
public final class ProgramBenchmark extends Benchmark {
  private static final int CHUNK = 32;
  private static final int WORST = 12;

  private final List<Item> items;
  private final boolean isKnown;
  private final Units<Item> units;

  /**
   * Runs programs.
   *
   * @param items of all of them it is known whether the picture shows it, or of none
   */
  public ProgramBenchmark(Heading heading, List<Item> items) {
    super(heading);
    if (items.isEmpty()) {
      throw new InputException(heading.name() + ": no programs");
    }
    units = Units.together(items, Item::unit);
    this.items = units.items();
    isKnown = items.getFirst().truth() != Truth.UNKNOWN;
    if (items.stream().anyMatch(item -> (item.truth() != Truth.UNKNOWN) != isKnown)) {
      throw new InputException(heading.name() + ": of some pictures it is known what they show");
    }
  }

  /** Whether a picture shows what its text asks for. */
  public enum Truth {
    /** It does. */
    SHOWN,
    /** It does not. */
    NOT_SHOWN,
    /** Nobody knows. */
    UNKNOWN
  }

  /**
   * A picture and the program of its text.
   *
   * @param unit what hangs together: a text with a picture that shows it and one that does not
   * @param code the program as it is written
   */
  public record Item(
      String key,
      String unit,
      Picture picture,
      String text,
      String code,
      VisualProgram program,
      Truth truth,
      Map<String, String> tags) {
    /** Copies the tags. */
    public Item {
      tags = Map.copyOf(tags);
    }
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Item item : items) {
      hash.add(item.key()).add(item.unit()).add(item.picture()).add(item.text());
      hash.add(item.code()).add(item.truth().name());
    }
    samples().forEach(_ -> hash.next());
  }

  private List<Outcome.Sampled> samples() {
    return units.samples(Item::tags);
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var found = new ArrayList<List<Boolean>>(); // by module, for each item
    for (int from = 0; from < items.size(); from += CHUNK) {
      found.addAll(run(who, items.subList(from, Math.min(items.size(), from + CHUNK))));
      watch.done(found.size(), items.size());
    }
    return new Outcome(samples(), measures(found), mistakes(found));
  }

  private static List<List<Boolean>> run(Examinee who, List<Item> chunk) {
    List<Pixels> pixels = Vectors.onWhite(chunk.stream().map(Item::picture).toList());
    var shown = new ArrayList<Pixels>();
    var asked = new ArrayList<String>();
    for (int i = 0; i < chunk.size(); i++) {
      for (VisualProgram.Module module : chunk.get(i).program().modules()) {
        shown.addAll(Collections.nCopies(module.questions().size(), pixels.get(i)));
        asked.addAll(module.questions());
      }
    }
    List<String> said = who.answers(shown, asked);
    var found = new ArrayList<List<Boolean>>();
    int next = 0;
    for (Item item : chunk) {
      var modules = new ArrayList<Boolean>();
      for (VisualProgram.Module module : item.program().modules()) {
        int end = next + module.questions().size();
        modules.add(module.finds(said.subList(next, end)));
        next = end;
      }
      found.add(modules);
    }
    return found;
  }

  private List<Measure> measures(List<List<Boolean>> found) {
    var measures = new ArrayList<Measure>();
    if (isKnown) {
      measures.add(
          Measure.ratio(
              "accuracy",
              units.counts(i -> isRight(i, found.get(i))),
              units.counts(_ -> true),
              0.5));
      measures.add(mean("mean of modules, shown", found, i -> truth(i) == Truth.SHOWN));
      measures.add(mean("mean of modules, not shown", found, i -> truth(i) == Truth.NOT_SHOWN));
      return measures;
    }
    measures.add(mean("mean of modules", found, _ -> true));
    for (VisualProgram.Kind kind : VisualProgram.Kind.values()) {
      double[] asked = units.sums(i -> count(i, kind));
      if (Arrays.stream(asked).anyMatch(count -> count > 0)) {
        double[] right = units.sums(i -> countFound(i, kind, found.get(i)));
        measures.add(Units.ratioOfAsked("modules that look at " + kind.word(), right, asked));
      }
    }
    return measures;
  }

  private Truth truth(int item) {
    return items.get(item).truth();
  }

  private boolean isRight(int item, List<Boolean> found) {
    return !found.contains(false) == (truth(item) == Truth.SHOWN);
  }

  /** The mean over items of the share of modules that find what they look for. */
  private Measure mean(String name, List<List<Boolean>> results, IntPredicate counts) {
    double[] found = units.sums(i -> counts.test(i) ? share(results.get(i)) : 0);
    return Units.ratioOfAsked(name, found, units.counts(counts))
        .lowerIsBetter(name.endsWith("not shown"));
  }

  private static double share(List<Boolean> found) {
    return (double) Collections.frequency(found, true) / found.size();
  }

  private int count(int item, VisualProgram.Kind kind) {
    return (int) items.get(item).program().modules().stream().filter(m -> m.kind() == kind).count();
  }

  private int countFound(int item, VisualProgram.Kind kind, List<Boolean> found) {
    List<VisualProgram.Module> modules = items.get(item).program().modules();
    return (int)
        IntStream.range(0, modules.size())
            .filter(m -> modules.get(m).kind() == kind && found.get(m))
            .count();
  }

  private List<Outcome.Example> mistakes(List<List<Boolean>> found) {
    return IntStream.range(0, items.size())
        .filter(i -> isKnown ? !isRight(i, found.get(i)) : found.get(i).contains(false))
        .limit(WORST)
        .mapToObj(i ->
            new Outcome.Example(
                Integer.toString(i),
                items.get(i).text() + (truth(i) == Truth.NOT_SHOWN ? " (not shown)" : ""),
                "%d of %d modules"
                    .formatted(Collections.frequency(found.get(i), true), found.get(i).size()),
                1))
        .toList();
  }

  @Override
  public Picture picture(String example) {
    return items.get(Integer.parseInt(example)).picture();
  }
}
