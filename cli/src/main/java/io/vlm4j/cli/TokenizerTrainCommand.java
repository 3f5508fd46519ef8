package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.nn.Init;
import io.vlm4j.train.Budget;
import io.vlm4j.train.Recipe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains an image tokenizer, on the demo's drawings or pictures of the user's own. */
@Command(
    name = "train",
    description =
        "Trains an image tokenizer on the demo's drawings, or on pictures of your own, and shows"
            + " what it leaves of pictures.")
final class TokenizerTrainCommand implements Callable<Integer> {
  private static final Budget DEFAULT_BUDGET = new Budget.Minutes(8);
  private static final Budget SMOKE_BUDGET = new Budget.Steps(3);
  private static final int SMOKE_DRAWINGS = 40;
  private static final int SMOKE_BATCH = 4;

  @Mixin private final RecipeOptions recipeOptions = new RecipeOptions();
  @Mixin private final RuleOptions ruleOptions = new RuleOptions();
  @Mixin private final PairData data = new PairData();
  @Mixin private final Length length = new Length();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--family",
      paramLabel = "NAME",
      defaultValue = "vqvae",
      description =
          "vqvae, vqgan or dvae: begin with the recipe of that name for the demo's drawings"
              + " (default: ${DEFAULT-VALUE}).")
  private String family = "vqvae";

  @Option(
      names = "--train-data",
      paramLabel = "PATH",
      description = "Pictures to learn from (default: the demo's drawings). " + PairData.PLACES)
  private @Nullable String trainData;

  @Option(names = "--val-data", paramLabel = "PATH", description = "The same, to measure on.")
  private @Nullable String validationData;

  @Option(
      names = "--validations",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often to measure (default: ${DEFAULT-VALUE}).")
  private int validations = 5;

  @Option(names = "--smoke", description = "A few steps on a few drawings, to see that all works.")
  private boolean smoke;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The run's folder.")
  private Path out = Path.of("");

  @Override
  public Integer call() {
    Device device = devices.open();
    Recipe recipe = recipe();
    requireTokenizer(recipe.model());
    List<Sample> training;
    SequencedMap<String, List<Sample>> measured;
    if (trainData == null) {
      var icons = IconSamples.open(smoke ? SMOKE_DRAWINGS : Integer.MAX_VALUE);
      training = icons.training();
      measured = icons.galleries();
    } else {
      training = data.read(trainData, recipe.model());
      measured = new LinkedHashMap<>();
      if (validationData != null) {
        measured.put(validationData, data.read(validationData, recipe.model()));
      }
    }
    List<Sample> validation = measured.isEmpty() ? List.of() : measured.firstEntry().getValue();
    Terminal.line(
        "pictures", "%,d to learn from, %,d to measure on", training.size(), validation.size());
    var session =
        new TrainingSession(recipe, TrainingData.of(training), validation, out, device, null);
    var result =
        session.run(
            length.budget(smoke ? SMOKE_BUDGET : DEFAULT_BUDGET),
            length.resume(),
            smoke ? 1 : validations,
            length.saveSeconds());
    try (var model = result.model()) {
      Terminal.line("model", "%s", TrainingSession.modelFolder(out));
      if (!measured.isEmpty()) {
        new TokenizerReport(model, null, out).write(measured);
      }
    }
    return 0;
  }

  private Recipe recipe() {
    Recipe recipe = ruleOptions.apply(recipeOptions.apply(Recipe.of(family + "-demo")));
    if (recipeOptions.modelWithWeights().isPresent()) {
      throw new InputException("--model names a folder with weights: use 'train' to train it on");
    }
    return smoke
        ? recipe.with(Map.of("training.batchSize", Json.parse(Integer.toString(SMOKE_BATCH))))
        : recipe;
  }

  private static void requireTokenizer(ModelSpec<?> spec) {
    try (var _ = Init.shapes();
        Model model = spec.create()) {
      if (!(model instanceof ImageTokenizer)) {
        throw new InputException(
            "a %s model is no image tokenizer: use 'train'".formatted(spec.family().name()));
      }
    }
  }
}
