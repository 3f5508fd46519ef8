package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import io.vlm4j.data.Source;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.data.questions.IconQuestions;
import io.vlm4j.data.questions.QuestionKind;
import io.vlm4j.data.sink.Sinks;
import io.vlm4j.io.InputException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a data set of questions about icons. */
@Command(
    name = "vqa",
    description = {
      "Makes questions with true answers about icons, alone and composed, as dialogues: what it"
          + " is,",
      "which group, which colour, how many, where, what time, what is written, and descriptions.",
      "Every answer is right as often as any other, so that who does not look is at chance.",
      "The same command continues where it was stopped; the same seed gives the same questions."
    })
final class DataVqaCommand implements Callable<Integer> {
  @Mixin private final MadeData made = new MadeData();

  @Option(
      names = "--kinds",
      paramLabel = "KIND",
      split = ",",
      description =
          "What to ask: name, group, clock, ground_colour, colour, count, position, text,"
              + " description (default: all that the icons do for).")
  private List<String> kinds = List.of();

  @Option(
      names = "--style",
      paramLabel = "STYLE",
      description =
          "Ask about a test style, such as openmoji, and not about those that are trained on.")
  private String style = "";

  @Option(
      names = "--concepts",
      paramLabel = "WHICH",
      defaultValue = IconSplit.SEEN,
      description = "Of a test style: seen or held_out (default: ${DEFAULT-VALUE}).")
  private String concepts = IconSplit.SEEN;

  @Option(
      names = "--to",
      paramLabel = "LAYOUT",
      defaultValue = Sinks.LLAVA,
      description = "llava, webdataset, parquet or jsonl (default: ${DEFAULT-VALUE}).")
  private String layout = Sinks.LLAVA;

  @Option(
      names = "--shard-size",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Questions of a shard (default: ${DEFAULT-VALUE}).")
  private int shardSize = 10_000;

  @Option(
      names = "--image-size",
      paramLabel = "PX",
      defaultValue = "64",
      description = "Side of the pictures (default: ${DEFAULT-VALUE}).")
  private int size = Corpus.RENDERED_SIZE;

  @Option(
      names = "--blind",
      description =
          "Leave the pictures out: what a language model learns from them is what can be known"
              + " without looking.")
  private boolean blind;

  @Override
  public Integer call() {
    Sink sink = Sinks.open(layout, made.out()); // refuses an unknown name
    Set<QuestionKind> named = named(); // refuses an unknown one
    List<Sample> icons = icons();
    Set<QuestionKind> asked = named.isEmpty() ? IconQuestions.possible(icons) : named;
    Terminal.line(
        "kinds", "%s", String.join(", ", asked.stream().map(QuestionKind::word).toList()));
    Source source = new IconQuestions(icons, asked, size, made.seed(), !blind).source(made.count());
    String shown = style.isEmpty() ? "training styles" : style + ", " + concepts;
    String described = layout + " of " + shown + (blind ? ", blind" : "");
    made.write(source, sink, described, shardSize, "questions");
    return 0;
  }

  private Set<QuestionKind> named() {
    return kinds.stream()
        .map(QuestionKind::of)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(QuestionKind.class)));
  }

  private List<Sample> icons() {
    IconSplit split = IconSplit.load();
    IconCorpus corpus = Corpus.open(split, Corpus.RENDERED_SIZE, Integer.MAX_VALUE);
    List<Sample> icons =
        style.isEmpty() ? corpus.training(split) : corpus.gallery(split, style, concepts);
    if (icons.isEmpty()) {
      throw new InputException(
          "there are no %s drawings of '%s': the test styles are %s, each with %s and %s"
              .formatted(
                  concepts, style, split.galleries().keySet(), IconSplit.SEEN, IconSplit.HELD_OUT));
    }
    return icons;
  }
}
