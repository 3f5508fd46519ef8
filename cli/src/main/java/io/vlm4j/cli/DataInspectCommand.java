package io.vlm4j.cli;

import io.vlm4j.data.Source;
import io.vlm4j.data.summary.Count;
import io.vlm4j.data.summary.DataSummary;
import io.vlm4j.data.summary.Distribution;
import io.vlm4j.data.summary.Repeats;
import io.vlm4j.eval.DataPage;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a data set holds. */
@Command(
    name = "inspect",
    description = {
      "Says what a data set holds, and what of it is broken.",
      "A page shows histograms and samples besides."
    })
final class DataInspectCommand implements Callable<Integer> {
  private static final int NAMES = 12; // on a line
  private static final int ENTRIES = 10;
  private static final int BROKEN = 10;

  @Mixin private final DataInput input = new DataInput();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "inspect.html",
      description = "The page (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("inspect.html");

  @Option(
      names = "--no-decode",
      description =
          "Read the pictures' files, but decode none: quicker, but finds fewer broken ones, and"
              + " tells no sizes.")
  private boolean noDecode;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "24",
      description = "How many samples to show on the page (default: ${DEFAULT-VALUE}).")
  private int shown = 24;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Of their choice (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    if (shown < 0) {
      throw new InputException("--samples must be at least 0, not " + shown);
    }
    var options = new DataSummary.Options(!noDecode, input.limit(), shown, seed);
    Source source = input.open();
    DataSummary summary;
    try (var bar = new Terminal.Bar("inspecting")) {
      summary = DataSummary.of(source, options, bar::showPace);
    }
    print(summary);
    DataPage.write(out, summary);
    Terminal.line("page", "%s", out);
    return 0;
  }

  private static void print(DataSummary summary) {
    Terminal.line(
        "samples",
        "%,d in %s; %,d broken",
        summary.samples(),
        summary.name(),
        summary.broken().size());
    Terminal.line("parts", "%s", names(summary.parts()));
    print(summary.pictures());
    print(summary.texts());
    summary.metadata().stream()
        .limit(ENTRIES)
        .forEach(entry ->
            Terminal.line(
                "metadata",
                "%s %,d, such as %s",
                entry.name(),
                entry.count(),
                String.join(" | ", entry.examples())));
    more("metadata", summary.metadata().size() - ENTRIES);
    summary.broken().entrySet().stream()
        .limit(BROKEN)
        .forEach(cause -> Terminal.line("broken", "%s: %s", cause.getKey(), cause.getValue()));
    more("broken", summary.broken().size() - BROKEN);
  }

  private static void print(DataSummary.Pictures pictures) {
    if (pictures.count() == 0) {
      return;
    }
    Terminal.line(
        "pictures",
        "%,d, %s repeated; %s",
        pictures.count(),
        repeats(pictures.repeated()),
        names(pictures.formats()));
    print("bytes", pictures.bytes());
    print("width", pictures.width());
    print("height", pictures.height());
    print("aspect", pictures.aspect());
  }

  private static void print(DataSummary.Texts texts) {
    if (texts.count() == 0) {
      return;
    }
    Terminal.line(
        "texts",
        "%,d, %,d empty, %s repeated",
        texts.count(),
        texts.empty(),
        repeats(texts.repeated()));
    print("words", texts.words());
    print("characters", texts.characters());
    Terminal.line("languages", "%s; of %,d texts", names(texts.languages()), texts.sampled());
    Terminal.line("frequent", "%s", names(texts.frequent()));
  }

  private static void print(String name, Distribution values) {
    if (values.count() > 0) {
      Terminal.line(
          name,
          "%s to %s, half of them %s to %s, mean %s",
          number(values.quantile(0)),
          number(values.quantile(1)),
          number(values.quantile(0.25)),
          number(values.quantile(0.75)),
          number(values.mean()));
    }
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value == Math.rint(value) || value >= 100 ? "%,.0f" : "%.2f", value);
  }

  private static String repeats(Repeats repeats) {
    return String.format(Locale.ROOT, repeats.isExact() ? "%,d" : "about %,d", repeats.count());
  }

  private static String names(List<Count> counts) {
    return counts.stream()
            .limit(NAMES)
            .map(count -> String.format(Locale.ROOT, "%s %,d", count.name(), count.count()))
            .collect(Collectors.joining(", "))
        + (counts.size() > NAMES ? ", ..." : "");
  }

  private static void more(String name, int count) {
    if (count > 0) {
      Terminal.line(name, "and %,d more", count);
    }
  }
}
