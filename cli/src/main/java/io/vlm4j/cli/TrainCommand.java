package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.io.Json;
import io.vlm4j.train.Budget;
import io.vlm4j.train.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains on pairs of the user's own. */
@Command(name = "train", description = "Trains a model on pictures with captions.")
final class TrainCommand implements Callable<Integer> {
  private static final Budget DEFAULT_BUDGET = new Budget.Minutes(30);

  @Mixin private final RecipeOptions recipeOptions = new RecipeOptions();
  @Mixin private final PairData data = new PairData();
  @Mixin private final Length length = new Length();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--train-data",
      required = true,
      paramLabel = "PATH",
      description = "CSV or TSV with a header, or a folder of pictures with a .txt beside each.")
  private Path trainData = Path.of("");

  @Option(names = "--val-data", paramLabel = "PATH", description = "The same, to measure on.")
  private @Nullable Path validationData;

  @Option(
      names = "--validations",
      paramLabel = "N",
      defaultValue = "10",
      description = "How often to measure (default: ${DEFAULT-VALUE}).")
  private int validations = 10;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The run's folder.")
  private Path out = Path.of("");

  @Override
  public Integer call() {
    Device device = devices.open();
    List<Sample> training = data.read(trainData);
    List<Sample> validation = validationData == null ? List.of() : data.read(validationData);
    Recipe recipe = recipeOptions.apply(Recipe.standard());
    if (!recipeOptions.hasBatchSize() && training.size() < recipe.training().batchSize()) {
      recipe =
          recipe.with(Map.of("training.batchSize", Json.parse(Integer.toString(training.size()))));
    }
    Terminal.line(
        "pictures", "%,d to learn from, %,d to measure on", training.size(), validation.size());
    var session = new TrainingSession(recipe, training, validation, out, device);
    var result =
        session.run(
            length.budget(DEFAULT_BUDGET), length.resume(), validations, length.saveSeconds());
    try (var model = result.model()) {
      Terminal.line("model", "%s", TrainingSession.modelFolder(out));
      if (!validation.isEmpty()) {
        EvalCommand.report(model, validation, out.resolve("results.jsonl"), validationData);
      }
    }
    return 0;
  }
}
