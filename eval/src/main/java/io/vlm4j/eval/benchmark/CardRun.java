package io.vlm4j.eval.benchmark;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Asks a model everything and writes its card into a folder: {@code card.html}, {@code card.json},
 * {@code results/TASK.json} with the scores of every sample, the same in the shapes of
 * clip_benchmark and lmms-eval, and {@code times.json}.
 *
 * <p>A task whose result is there already, of the same model, data and protocol, is not done again.
 * All files but {@code times.json} are the same in two runs, byte for byte.
 */
public final class CardRun {
  private final Path folder;
  private final Card.Model facts;
  private final Examinee model;
  private final Listener listener;
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  /**
   * A run.
   *
   * @param folder where the card goes; results in it are used
   */
  public CardRun(Path folder, Card.Model facts, Examinee model, Listener listener) {
    this.folder = folder;
    this.facts = facts;
    this.model = model;
    this.listener = listener;
  }

  /**
   * A task that may turn out to be impossible.
   *
   * @param benchmark makes it; an {@link InputException} tells why it cannot
   */
  public record Planned(String name, Supplier<Benchmark> benchmark) {}

  /** Is told what happens. */
  public interface Listener {
    /** A task's progress. */
    Watch begin(String task);

    /** A task is done; {@code stored} if it had been before. */
    void done(Card.Task task, boolean stored);

    /** A task was left out. */
    void skipped(Card.Skipped skipped);
  }

  /** Does what is not done yet, and writes the card. */
  public Card run(String suite, List<Planned> planned) {
    var tasks = new ArrayList<Card.Task>();
    var skipped = new ArrayList<Card.Skipped>();
    var benchmarks = new LinkedHashMap<String, Benchmark>();
    var results = new ArrayList<TaskResult>();
    for (Planned plan : planned) {
      long start = System.nanoTime();
      try {
        Benchmark benchmark = plan.benchmark().get();
        if (!model.can(benchmark.needs())) {
          throw new InputException("the model does not " + benchmark.needs().words());
        }
        Optional<TaskResult> stored = TaskResult.find(folder, benchmark, facts.hash());
        TaskResult result = stored.orElseGet(() -> ask(benchmark));
        Card.Task task = Card.Task.of(result);
        tasks.add(task);
        results.add(result);
        benchmarks.put(task.task(), benchmark);
        listener.done(task, stored.isPresent());
      } catch (InputException e) {
        var reason = new Card.Skipped(plan.name(), String.valueOf(e.getMessage()));
        skipped.add(reason);
        listener.skipped(reason);
      }
      seconds.put(plan.name(), Math.round((System.nanoTime() - start) / 1e7) / 100.0);
    }
    var card = new Card(facts, suite, tasks, skipped);
    AtomicFiles.writeString(folder.resolve("card.json"), Json.toText(card));
    CardPage.write(folder.resolve("card.html"), card, benchmarks);
    ForeignResults.write(folder, card, results);
    AtomicFiles.writeString(folder.resolve("times.json"), Json.toText(seconds));
    return card;
  }

  private TaskResult ask(Benchmark benchmark) {
    Watch watch = listener.begin(benchmark.name());
    Outcome outcome = benchmark.run(model, watch);
    Examinee baseline = benchmark.baseline();
    Map<String, Double> blind =
        benchmark.run(baseline, Watch.NONE).measures().stream()
            .collect(Collectors.toMap(Measure::name, Measure::value));
    var result =
        new TaskResult(
            benchmark.name(),
            benchmark.protocol(),
            facts.hash(),
            benchmark.data(),
            baseline.name(),
            blind,
            outcome);
    result.write(folder);
    return result;
  }
}
