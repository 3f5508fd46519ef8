package io.vlm4j.eval.benchmark;

import io.vlm4j.eval.Page;
import io.vlm4j.eval.metric.Comparison;
import io.vlm4j.eval.metric.Interval;
import io.vlm4j.eval.metric.McNemar;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Two models on the same samples: is the difference more than chance? For every measure that both
 * cards have of the same data under the same protocol, the difference with its interval (paired
 * bootstrap) and p by exchange of samples; for what is right or wrong also McNemar's exact p.
 *
 * @param first the name of one model
 * @param second the name of the other
 * @param rows the first row of a task is its headline
 * @param left what could not be compared, and why
 */
public record CardComparison(String first, String second, List<Row> rows, List<Card.Skipped> left) {
  private static final int ROUNDS = 2_000;

  /** Copies the lists. */
  public CardComparison {
    rows = List.copyOf(rows);
    left = List.copyOf(left);
  }

  /**
   * A measure of both.
   *
   * @param n samples
   * @param difference the first model's value less the second's
   * @param low the lower end of its 95 % interval
   * @param high the upper end
   * @param p by exchange of the two models' samples, two-sided
   * @param mcnemar McNemar's exact p, where samples are right or wrong
   */
  public record Row(
      String task,
      String measure,
      int n,
      double first,
      double second,
      double difference,
      double low,
      double high,
      double p,
      @Nullable Double mcnemar) {
    /** Whether the interval holds no 0. */
    public boolean isClear() {
      return low > 0 || high < 0;
    }

    /** {@code +0.021 -0.004 to 0.046}. */
    public String effect() {
      return String.format(Locale.ROOT, "%+.4f  %+.4f to %+.4f", difference, low, high);
    }
  }

  /**
   * Compares two cards.
   *
   * @param first a card's folder, or its {@code card.json}
   * @param second the other
   * @throws InputException if one is no card, or if they have no task in common
   */
  public static CardComparison of(Path first, Path second) {
    Path a = folder(first);
    Path b = folder(second);
    var rows = new ArrayList<Row>();
    var left = new ArrayList<Card.Skipped>();
    for (String task : tasks(a)) {
      Path other = TaskResult.file(b, task);
      if (!Files.isRegularFile(other)) {
        left.add(new Card.Skipped(task, "only " + first + " has it"));
        continue;
      }
      TaskResult one = TaskResult.read(TaskResult.file(a, task));
      TaskResult two = TaskResult.read(other);
      why(one, two)
          .ifPresentOrElse(
              reason -> left.add(new Card.Skipped(task, reason)), () -> compare(one, two, rows));
    }
    for (String task : tasks(b)) {
      if (!Files.isRegularFile(TaskResult.file(a, task))) {
        left.add(new Card.Skipped(task, "only " + second + " has it"));
      }
    }
    if (rows.isEmpty()) {
      throw new InputException(
          "%s and %s have nothing to compare: %s"
              .formatted(
                  first,
                  second,
                  left.isEmpty()
                      ? "no results"
                      : left.getFirst().task() + ": " + left.getFirst().reason()));
    }
    return new CardComparison(name(a), name(b), rows, left);
  }

  /** Writes it as a page. */
  public void writePage(Path file) {
    Page.write(file, "card-comparison.ftlh", Map.of("comparison", this));
  }

  private static Optional<String> why(TaskResult one, TaskResult two) {
    if (!one.protocol().id().equals(two.protocol().id())) {
      return Optional.of(
          "protocols differ: %s and %s".formatted(one.protocol().id(), two.protocol().id()));
    }
    if (!one.data().hash().equals(two.data().hash())) {
      return Optional.of(
          "data differ: %s of %d samples and %s of %d"
              .formatted(
                  one.data().name(), one.data().size(), two.data().name(), two.data().size()));
    }
    return one.outcome().samples().equals(two.outcome().samples())
        ? Optional.empty()
        : Optional.of("samples differ");
  }

  private static void compare(TaskResult one, TaskResult two, List<Row> rows) {
    for (Measure measure : one.outcome().measures()) {
      two.outcome().measures().stream()
          .filter(other -> other.name().equals(measure.name()))
          .filter(other -> other.kind() == measure.kind())
          .findFirst()
          .flatMap(other -> row(one.task(), measure, other))
          .ifPresent(rows::add);
    }
  }

  private static Optional<Row> row(String task, Measure one, Measure two) {
    if (one.scores().isEmpty() || two.scores().isEmpty() || one.size() != two.size()) {
      return Optional.empty();
    }
    Scores first = one.scores().get();
    Scores second = two.scores().get();
    var comparison = new Comparison(first, second);
    Interval interval = comparison.interval(Card.BOOTSTRAP);
    boolean isRightOrWrong = isBinary(first) && isBinary(second);
    return Optional.of(
        new Row(
            task,
            one.name(),
            one.size(),
            first.overall(),
            second.overall(),
            comparison.difference(),
            interval.low(),
            interval.high(),
            comparison.permutationTest(ROUNDS, 0),
            isRightOrWrong && one.kind() == Measure.Kind.MEAN
                ? McNemar.of(rights(first), rights(second)).pValue()
                : null));
  }

  private static boolean isBinary(Scores scores) {
    return Arrays.stream(scores.each()).allMatch(score -> score == 0 || score == 1);
  }

  private static boolean[] rights(Scores scores) {
    var rights = new boolean[scores.size()];
    IntStream.range(0, rights.length).forEach(i -> rights[i] = scores.of(i) == 1);
    return rights;
  }

  private static Path folder(Path card) {
    Path folder = Files.isRegularFile(card) ? card.resolveSibling("") : card;
    if (!Files.isRegularFile(folder.resolve("card.json"))) {
      throw new InputException(
          card + " is no card: it has no card.json; 'eval --suite' writes one");
    }
    return folder;
  }

  private static String name(Path folder) {
    return Json.readObject(folder.resolve("card.json")).path("model").path("name").asString("?");
  }

  private static List<String> tasks(Path folder) {
    return Json.readObject(folder.resolve("card.json"))
        .path("tasks")
        .valueStream()
        .map(task -> task.path("task").asString(""))
        .toList();
  }
}
