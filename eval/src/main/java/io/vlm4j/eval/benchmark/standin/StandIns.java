package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.benchmark.Ability;
import io.vlm4j.eval.benchmark.Benchmark;
import io.vlm4j.eval.benchmark.CardRun.Planned;
import io.vlm4j.eval.benchmark.Examinee;
import io.vlm4j.eval.benchmark.GridBenchmark;
import io.vlm4j.eval.benchmark.GridBenchmark.Rule;
import io.vlm4j.eval.benchmark.Protocol;
import io.vlm4j.eval.benchmark.Protocols;
import io.vlm4j.eval.benchmark.WordsOnly;
import java.util.List;

/**
 * The tasks that need no data of others: icons of the demo's test styles, alone and composed.
 *
 * <p>The same icons, seed and size give the same questions.
 */
public final class StandIns {
  private final List<Sample> training;
  private final List<Sample> test;
  private final int size;
  private final long seed;
  private final Examinee words;

  /**
   * Tasks of icons.
   *
   * @param training pictures that models may have been trained on; their captions tell the baseline
   *     what is usual
   * @param test pictures of styles that nobody was trained on
   * @param size how many grids of each kind of question
   */
  public StandIns(List<Sample> training, List<Sample> test, int size, long seed) {
    this.training = training;
    this.test = test;
    this.size = size;
    this.seed = seed;
    words = new WordsOnly(training.stream().flatMap(s -> s.texts().stream()).toList());
  }

  /** All tasks, in the order of the card. */
  public List<Planned> all() {
    return List.of(
        new Planned(
            "winoground",
            () -> scenes("winoground", Protocols.WINOGROUND, Rule.WINOGROUND, Cases.WINOGROUND)),
        new Planned("aro", () -> scenes("aro", Protocols.ARO, Rule.CHOICE, Cases.ARO)),
        new Planned(
            "sugarcrepe",
            () -> scenes("sugarcrepe", Protocols.SUGARCREPE, Rule.CHOICE, Cases.SUGARCREPE)));
  }

  private Benchmark scenes(String name, Protocol protocol, Rule rule, List<Case> cases) {
    return new GridBenchmark(
        new Benchmark.Heading(name, protocol, "composed icons", Ability.EMBED, words),
        rule,
        SceneGrids.of(cases, new Things(test), size, seed));
  }
}
