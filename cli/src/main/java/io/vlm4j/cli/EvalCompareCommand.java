package io.vlm4j.cli;

import io.vlm4j.eval.benchmark.CardComparison;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares two cards. */
@Command(
    name = "compare",
    description =
        "Compares two cards on the same samples: differences with 95 %% intervals and p-values.")
final class EvalCompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A", description = "A card's folder or its card.json.")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "B", description = "The other card.")
  private Path second = Path.of("");

  @Option(names = "--out", paramLabel = "FILE", description = "Also write it there, as a page.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    CardComparison comparison = CardComparison.of(first, second);
    Terminal.line("A", "%s", comparison.first());
    Terminal.line("B", "%s", comparison.second());
    System.out.printf(
        Locale.ROOT,
        "  %-22s %-28s %6s %8s %8s  %s%n",
        "task",
        "measure",
        "n",
        "A",
        "B",
        "A - B, 95 % interval, p");
    for (CardComparison.Row row : comparison.rows()) {
      System.out.printf(
          Locale.ROOT,
          "%s %-22s %-28s %6d %8.4f %8.4f  %s  p %.4f%n",
          row.isClear() ? "*" : " ",
          row.task(),
          row.measure(),
          row.n(),
          row.first(),
          row.second(),
          row.effect(),
          row.p());
    }
    comparison
        .left()
        .forEach(l -> System.out.printf("  %-22s not compared: %s%n", l.task(), l.reason()));
    if (out != null) {
      comparison.writePage(out);
      Terminal.line("page", "%s", out);
    }
    return 0;
  }
}
