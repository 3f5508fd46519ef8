package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.train.Budget;
import io.vlm4j.train.Recipe;
import io.vlm4j.train.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Everything at once: real pictures in, a trained and measured model out. */
@Command(
    name = "demo",
    description = {
      "Trains a small CLIP on emoji of five hands and measures it on two others'.",
      "Fetches and renders the pictures on first use; ends with a model folder and a report."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int SMOKE_DRAWINGS = 160;
  private static final double DEFAULT_MINUTES = 5;
  private static final Budget SMOKE_BUDGET = new Budget.Steps(20);
  private static final int SMOKE_BATCH = 64;

  @Mixin private final Length length = new Length();
  @Mixin private final Devices devices = new Devices();
  @Mixin private final RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the run goes (default: runs/demo, or the next free one).")
  private @Nullable Path out;

  @Option(
      names = "--smoke",
      description = "A quick try of every step on few pictures; the model learns next to nothing.")
  private boolean smoke;

  @Option(
      names = "--validate-style",
      paramLabel = "STYLE",
      description = {
        "For choosing a recipe: train without this training style and measure on it,",
        "instead of on the test styles."
      })
  private String heldOutStyle = "";

  @Override
  public Integer call() {
    long start = System.nanoTime();
    Device device = devices.open();
    IconSplit split = IconSplit.load();
    IconCorpus corpus =
        Corpus.open(split, Corpus.RENDERED_SIZE, smoke ? SMOKE_DRAWINGS : Integer.MAX_VALUE);
    List<Sample> all = corpus.training(split);
    if (!heldOutStyle.isEmpty() && !split.trainStyles().contains(heldOutStyle)) {
      throw new InputException(
          "'%s' is no training style: choose of %s".formatted(heldOutStyle, split.trainStyles()));
    }
    List<Sample> validation = all.stream().filter(sample -> isValidation(sample)).toList();
    List<Sample> training =
        all.stream()
            .filter(sample -> !isValidation(sample))
            .filter(sample -> !heldOutStyle.equals(sample.label(IconCorpus.STYLE)))
            .toList();
    Path folder = out == null ? free(Path.of("runs", "demo")) : out;
    Recipe recipe = recipe();
    Terminal.line(
        "pictures",
        "%,d to learn from, %,d set aside for validation",
        training.size(),
        validation.size());
    Terminal.line("run", "%s", folder);

    var session =
        new TrainingSession(recipe, TrainingData.of(training), validation, folder, device, null);
    var result =
        session.run(
            length.budget(smoke ? SMOKE_BUDGET : new Budget.Minutes(DEFAULT_MINUTES)),
            length.resume(),
            smoke ? 2 : 10,
            length.saveSeconds());
    try (var _ = result.model()) {
      Corpus.writeAttribution(folder.resolve("ATTRIBUTION.md"), corpus.sets());
      var galleries =
          heldOutStyle.isEmpty()
              ? testGalleries(corpus, split)
              : Map.of(heldOutStyle, validationGalleries(all, training));
      if (result.model().model() instanceof DualEncoder) {
        new DemoEvaluation(folder, training, galleries).run(result);
      } else {
        DemoLosses.write(folder, result.model(), galleries);
      }
    }
    Terminal.line("done", "in %s", Terminal.duration((System.nanoTime() - start) / 1e9));
    if (heldOutStyle.isEmpty() && Files.exists(folder.resolve("report.html"))) {
      System.out.println();
      System.out.println("What to try next:");
      for (var suggestion : DemoEvaluation.suggestions(folder)) {
        System.out.println("  " + suggestion.command());
      }
    }
    return 0;
  }

  private Recipe recipe() {
    Recipe demo = recipeOptions.apply(Recipe.demo());
    return smoke
        ? demo.with(
            Map.of(
                "training.batchSize", Json.parse(Integer.toString(SMOKE_BATCH)),
                "training.averageDecay", Json.parse("0"))) // a mean of so few steps is the start
        : demo;
  }

  private static Map<String, Map<String, List<Sample>>> testGalleries(
      IconCorpus corpus, IconSplit split) {
    var galleries = new LinkedHashMap<String, Map<String, List<Sample>>>();
    for (String style : split.galleries().keySet()) {
      var parts = new LinkedHashMap<String, List<Sample>>();
      for (String concepts : List.of(IconSplit.SEEN, IconSplit.HELD_OUT)) {
        parts.put(concepts, corpus.gallery(split, style, concepts));
      }
      galleries.put(style, parts);
    }
    return galleries;
  }

  /** The style left out, parted as the test galleries are. */
  private Map<String, List<Sample>> validationGalleries(List<Sample> all, List<Sample> training) {
    var trained = training.stream().map(Sample::text).toList();
    var known = new HashSet<>(trained);
    List<Sample> style =
        all.stream().filter(sample -> heldOutStyle.equals(sample.label(IconCorpus.STYLE))).toList();
    var parts = new LinkedHashMap<String, List<Sample>>();
    parts.put(
        IconSplit.SEEN, style.stream().filter(sample -> known.contains(sample.text())).toList());
    parts.put(IconSplit.HELD_OUT, style.stream().filter(sample -> isValidation(sample)).toList());
    return parts;
  }

  /**
   * Recipes are chosen with one concept in ten set aside. The demo learns from more, and sets aside
   * what its curves need.
   */
  private boolean isValidation(Sample sample) {
    return IconSplit.isValidation(name(sample), heldOutStyle.isEmpty() ? 30 : 10);
  }

  private static String name(Sample sample) {
    return sample.label(IconCorpus.NAME);
  }

  /** A folder of that name without a run: the name itself, or the first number after it. */
  private Path free(Path folder) {
    Path chosen = folder;
    for (int i = 2; length.resume().isEmpty() && RunFolder.isRun(chosen); i++) {
      chosen = folder.resolveSibling(folder.getFileName() + "-" + i);
    }
    if (length.resume().isPresent() && !Files.exists(chosen)) {
      throw new InputException(chosen + " holds no run to resume: name it with --out");
    }
    return chosen;
  }
}
