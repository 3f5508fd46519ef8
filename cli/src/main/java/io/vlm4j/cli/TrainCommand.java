package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.source.Sources;
import io.vlm4j.eval.Validation;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.train.Budget;
import io.vlm4j.train.Recipe;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains on pairs of the user's own, from random weights or from those of a model. */
@Command(
    name = "train",
    description = "Trains a model on pictures with captions, anew or from a checkpoint on.")
final class TrainCommand implements Callable<Integer> {
  private static final Budget DEFAULT_BUDGET = new Budget.Minutes(30);

  @Mixin private final RecipeOptions recipeOptions = new RecipeOptions();
  @Mixin private final RuleOptions ruleOptions = new RuleOptions();
  @Mixin private final PairData data = new PairData();
  @Mixin private final Length length = new Length();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--train-data",
      required = true,
      paramLabel = "PATH",
      description = PairData.PLACES)
  private String trainData = "";

  @Option(
      names = "--stream",
      description =
          "Read samples as they are needed, shard by shard, instead of all records at the start:"
              + " for sets too large for memory. Every sample needs a picture and a caption.")
  private boolean stream;

  @Option(
      names = "--shuffle-window",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "How many samples of a stream are shuffled together (default: ${DEFAULT-VALUE}).")
  private int shuffleWindow;

  @Option(
      names = "--train-data-upsampling-factors",
      paramLabel = "A::B",
      description = "Of a stream: how much more often each source that :: joins is drawn from.")
  private @Nullable String factors;

  @Option(
      names = "--dataset-resampled",
      description =
          "Of a stream: draw shards with replacement, for sets that are seen only in part or mixed"
              + " at any rate.")
  private boolean resampled;

  @Option(names = "--val-data", paramLabel = "PATH", description = "The same, to measure on.")
  private @Nullable String validationData;

  @Option(
      names = "--validations",
      paramLabel = "N",
      defaultValue = "10",
      description = "How often to measure (default: ${DEFAULT-VALUE}).")
  private int validations = 10;

  @Option(
      names = "--offline",
      description = "Take a model of the hub from its cache, and ask nobody.")
  private boolean offline;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The run's folder.")
  private Path out = Path.of("");

  @Override
  public Integer call() {
    Device device = devices.open();
    var weights =
        recipeOptions
            .modelWithWeights()
            .map(name -> ModelFolder.open(new NamedModel(name).folder(offline)))
            .orElse(null);
    Recipe recipe = ruleOptions.apply(recipe(weights));
    TrainingData training = training(recipe.model());
    List<Sample> validation =
        validationData == null ? List.of() : data.read(validationData, recipe.model());
    if (!recipeOptions.hasBatchSize() && training.size() < recipe.training().batchSize()) {
      recipe =
          recipe.with(Map.of("training.batchSize", Json.parse(Long.toString(training.size()))));
    }
    Terminal.line(
        recipe.model().readsPictures() ? "pictures" : "texts",
        "%,d to learn from, %,d to measure on",
        training.size(),
        validation.size());
    if (weights == null) {
      train(new TrainingSession(recipe, training, validation, out, device, null), validation);
    } else {
      tune(recipe, weights, training, validation, device);
    }
    return 0;
  }

  private TrainingData training(ModelSpec<?> model) {
    if (stream) {
      return TrainingData.streamed(
          Sources.openEach(trainData, data.columns()), factors(), shuffleWindow, resampled);
    }
    if (factors != null || resampled) {
      throw new InputException(
          (resampled ? "--dataset-resampled" : "--train-data-upsampling-factors")
              + " goes with --stream");
    }
    return TrainingData.of(data.read(trainData, model));
  }

  private List<Double> factors() {
    try {
      return factors == null
          ? List.of()
          : Arrays.stream(factors.split("::", -1)).map(Double::valueOf).toList();
    } catch (NumberFormatException e) {
      throw new InputException(
          "--train-data-upsampling-factors: '%s' is not numbers joined by ::".formatted(factors),
          e);
    }
  }

  private Recipe recipe(@Nullable ModelFolder weights) {
    if (weights == null) {
      return recipeOptions.apply(Recipe.standard());
    }
    Recipe recipe = recipeOptions.apply(Recipe.fineTuning(weights.spec()), weights.spec());
    if (!recipe.model().toTree().equals(weights.spec().toTree())) {
      throw new InputException(
          "the model of %s is as its weights are: leave out --set model..."
              .formatted(weights.path()));
    }
    return recipe;
  }

  private TrainingSession.Result run(TrainingSession session) {
    return session.run(
        length.budget(DEFAULT_BUDGET), length.resume(), validations, length.saveSeconds());
  }

  /** From random weights. */
  private void train(TrainingSession session, List<Sample> validation) {
    try (var model = run(session).model()) {
      Terminal.line("model", "%s", TrainingSession.modelFolder(out));
      if (!validation.isEmpty()) {
        EvalCommand.report(model, validation, out.resolve("results.jsonl"), validationData);
      }
    }
  }

  /** From the weights of another model, which is measured first. */
  private void tune(
      Recipe recipe,
      ModelFolder weights,
      TrainingData training,
      List<Sample> validation,
      Device device) {
    var start =
        StartingPoint.of(
            recipeOptions.modelWithWeights().orElseThrow(),
            weights,
            validation,
            recipe.training().batchSize(),
            device);
    Terminal.line("begins", "with the weights of %s", start.name());
    start.remarks().forEach(remark -> Terminal.line("note", "%s", remark));
    var session = new TrainingSession(recipe, training, validation, out, device, start);
    var result = run(session);
    try (var model = result.model()) {
      Map<String, Double> after =
          validation.isEmpty() ? Map.of() : Validation.of(model, validation).metrics();
      String dataset = validationData == null ? "" : validationData.replaceFirst(".*[/\\\\]", "");
      var card =
          new ModelCard(
              start,
              session.recipe(),
              Math.toIntExact(training.size()),
              validation.size(),
              dataset,
              result.outcome().steps(),
              after);
      weights.writeWith(model.model(), card.text(), TrainingSession.modelFolder(out));
      Terminal.line("model", "%s", TrainingSession.modelFolder(out));
      if (validation.isEmpty()) {
        Terminal.line("note", "without --val-data, nothing tells whether it became better");
      } else {
        compare(start.metrics(), after, validation.size());
      }
    }
  }

  /** Prints what was before and after, and writes both to results.jsonl. */
  private void compare(Map<String, Double> before, Map<String, Double> after, int count) {
    System.out.printf(Locale.ROOT, "  %-28s %8s %8s%n", "", "before", "after");
    after.forEach((name, value) ->
        System.out.printf(
            Locale.ROOT, "  %-28s %8.4f %8.4f%n", name, before.getOrDefault(name, 0.0), value));
    AtomicFiles.writeString(
        out.resolve("results.jsonl"), line("before", before, count) + line("after", after, count));
  }

  private String line(String when, Map<String, Double> metrics, int count) {
    var line = new LinkedHashMap<String, Object>();
    line.put("dataset", String.valueOf(validationData));
    line.put("model", when);
    line.put("n", count);
    line.putAll(metrics);
    return Json.toLine(line) + "\n";
  }
}
