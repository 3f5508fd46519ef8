package io.vlm4j.eval.benchmark;

import io.vlm4j.eval.metric.Bootstrap;
import io.vlm4j.eval.metric.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a model: each task's scores with intervals, what guessing and what a baseline
 * that cannot see would score, by slices, with the worst mistakes.
 *
 * @param suite what was asked for
 * @param tasks in the order of the suite
 * @param skipped tasks that could not be done
 */
public record Card(Model model, String suite, List<Task> tasks, List<Skipped> skipped) {
  /** The intervals' resampling. */
  static final Bootstrap BOOTSTRAP = new Bootstrap(2_000, 0.95, 0);

  /** Copies the lists. */
  public Card {
    tasks = List.copyOf(tasks);
    skipped = List.copyOf(skipped);
  }

  /**
   * The model.
   *
   * @param hash of its files
   */
  public record Model(String name, String family, long parameters, String hash) {}

  /** A task that could not be done, and why. */
  public record Skipped(String task, String reason) {}

  /**
   * A number.
   *
   * @param slice which samples; empty for all
   * @param n samples in it; 0 where the measure is no sum over samples
   * @param low the lower end of the 95 % interval, if there is one
   * @param high its upper end
   * @param chance what guessing scores, if that is known
   * @param baseline what the baseline scores on all, if it was measured
   */
  public record Score(
      String measure,
      String slice,
      int n,
      double value,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable Double chance,
      @Nullable Double baseline,
      boolean lowerIsBetter) {}

  /**
   * A task's row.
   *
   * @param protocol its name and version
   * @param scores of all samples, the headline first
   * @param slices the headline of parts of the samples
   */
  public record Task(
      String task,
      String protocol,
      String rules,
      TestData data,
      String baseline,
      List<Score> scores,
      List<Score> slices,
      List<Outcome.Example> worst) {
    /** Copies the lists. */
    public Task {
      scores = List.copyOf(scores);
      slices = List.copyOf(slices);
      worst = List.copyOf(worst);
    }

    /** Computes intervals and slices of a result. */
    static Task of(TaskResult result) {
      Outcome outcome = result.outcome();
      var slices = new ArrayList<Score>();
      if (outcome.isSliced(outcome.main())) {
        outcome
            .slices()
            .forEach((name, samples) -> slices.add(score(outcome.main().of(samples), name, null)));
      }
      return new Task(
          result.task(),
          result.protocol().id(),
          result.protocol().rules(),
          result.data(),
          result.baseline(),
          outcome.measures().stream()
              .map(m -> score(m, "", result.baselineValues().get(m.name())))
              .toList(),
          slices,
          outcome.worst());
    }

    private static Score score(Measure measure, String slice, @Nullable Double baseline) {
      Optional<Interval> interval = measure.interval(BOOTSTRAP);
      return new Score(
          measure.name(),
          slice,
          measure.size(),
          measure.value(),
          interval.map(Interval::low).orElse(null),
          interval.map(Interval::high).orElse(null),
          measure.chance().orElse(null),
          baseline,
          measure.lowerIsBetter());
    }

    /** The headline. */
    public Score main() {
      return Objects.requireNonNull(scores.getFirst());
    }
  }
}
