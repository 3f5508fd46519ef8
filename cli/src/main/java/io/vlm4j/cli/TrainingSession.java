package io.vlm4j.cli;

import io.vlm4j.data.Collator;
import io.vlm4j.data.DialogueCollator;
import io.vlm4j.data.PairCollator;
import io.vlm4j.data.Sample;
import io.vlm4j.eval.Validation;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Precision;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import io.vlm4j.train.Budget;
import io.vlm4j.train.CollapseAlarm;
import io.vlm4j.train.ParameterGroups;
import io.vlm4j.train.Progress;
import io.vlm4j.train.Recipe;
import io.vlm4j.train.RunFolder;
import io.vlm4j.train.Trainer;
import io.vlm4j.train.TrainingConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** A training from the command line: tokenizer, run folder, progress, validation, model folder. */
final class TrainingSession {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingSession.class);

  private final Recipe recipe;
  private final TrainingData training;
  private final List<Sample> validation;
  private final Path out;
  private final Device device;
  private final @Nullable StartingPoint start;
  private final Parts parts;

  /**
   * Prepares a training.
   *
   * @param start the model to begin with, or null for random weights
   */
  TrainingSession(
      Recipe recipe,
      TrainingData training,
      List<Sample> validation,
      Path out,
      Device device,
      @Nullable StartingPoint start) {
    // The run's record names what is computed, not how it was chosen.
    Precision precision = Precision.parse(recipe.training().precision()).on(device);
    parts = new Parts(recipe.parts());
    this.recipe =
        recipe
            .withModel(parts.configure(recipe.model()))
            .with(Map.of("training.precision", Json.parse('"' + precision.name() + '"')));
    this.training = training;
    this.validation = validation;
    this.out = out;
    this.device = device;
    this.start = start;
  }

  /**
   * What a training leaves.
   *
   * @param model ready to use; the caller closes it
   * @param outcome numbers of the training
   * @param progress the reports of its course
   * @param validations what was measured on the way, by step
   */
  record Result(
      Pretrained model,
      Trainer.Outcome outcome,
      List<Progress> progress,
      Map<Long, Map<String, Double>> validations) {}

  /** The recipe as it is carried out. */
  Recipe recipe() {
    return recipe;
  }

  /** Where the model folder of a run is. */
  static Path modelFolder(Path out) {
    return out.resolve("model");
  }

  /**
   * Trains, and writes the model folder if it came to the end and began with random weights; a
   * folder that is made of another also tells what became better, so the caller writes it.
   *
   * @param validations how often to measure on the validation samples
   * @param saveSeconds between saved states
   */
  Result run(Budget budget, Optional<String> resume, int validations, double saveSeconds) {
    try (var stop = new StopSignal();
        var folder = new RunFolder(out, resume.isPresent())) {
      Tokenizer tokenizer = recipe.model().readsTexts() ? tokenizer(resume.isPresent()) : null;
      ModelSpec<?> spec =
          start == null && tokenizer != null
              ? recipe.model().withVocabulary(tokenizer.vocabularySize())
              : recipe.model();
      var groups = ParameterGroups.of(spec.parameterNames(), recipe.training());
      groups.lines().forEach(line -> Terminal.line("rule", "%s", line));
      Recipe resolved = recipe.withModel(spec);
      TrainingConfig config = recipe.training();
      Preprocessing preprocessing = preprocessing(spec);
      Collator collator =
          spec.dialogueRows(tokenizer, preprocessing)
              .<Collator>map(DialogueCollator::new)
              .orElseGet(() ->
                  new PairCollator(
                      preprocessing, config.augmentation(), tokenizer, config.captions()));
      var batches = training.batches().apply(config);
      var trainer = new Trainer(() -> begin(spec), config, batches, collator, device);
      if (resume.isPresent()) {
        requireSame(folder, resolved);
      } else {
        record(folder, resolved, tokenizer);
      }
      try (var observer = new Observer(spec, tokenizer, stop)) {
        Trainer.Outcome outcome =
            trainer.train(
                budget,
                resume,
                folder,
                validation.isEmpty() ? 0 : validations,
                saveSeconds,
                observer);
        var model = bundle(spec, outcome.model(), tokenizer);
        if (!outcome.isComplete()) {
          throw new InputException(
              "stopped after %d of %d steps; the run is saved: the same command with --resume latest continues it"
                  .formatted(outcome.done(), outcome.steps()));
        }
        if (start == null) {
          model.save(modelFolder(out));
        }
        return new Result(model, outcome, observer.progress, observer.validations);
      }
    }
  }

  private Model begin(ModelSpec<?> spec) {
    if (start != null) {
      return start.folder().load(LoadOptions.DEFAULT, device).model();
    }
    Model model = spec.create();
    parts.fill(model, device);
    return model;
  }

  private Pretrained bundle(ModelSpec<?> spec, Model model, @Nullable Tokenizer tokenizer) {
    return start == null
        ? new Pretrained(spec, model, tokenizer, preprocessing(spec), device)
        : Pretrained.of(start.folder(), model, tokenizer, device);
  }

  private @Nullable Preprocessing preprocessing(ModelSpec<?> spec) {
    if (!spec.readsPictures()) {
      return null;
    }
    return start == null ? parts.preprocessing(spec) : start.folder().preprocessing();
  }

  private Tokenizer tokenizer(boolean resume) {
    if (start != null) {
      return start.folder().tokenizer();
    }
    if (resume) {
      return Tokenizer.read(tokenizerFolder(), recipe.model().contextLength());
    }
    Optional<ModelFolder> source = parts.tokenizer(recipe.model());
    if (source.isPresent()) {
      return Tokenizer.read(source.get().path(), recipe.model().contextLength());
    }
    List<String> texts = training.texts().get();
    return Tokenizer.of(
        BytePairs.learn(texts, recipe.model().vocabularySize()), recipe.model().tokenizerRules());
  }

  private Path tokenizerFolder() {
    return out.resolve("tokenizer");
  }

  private Path runYaml() {
    return out.resolve("run.yaml");
  }

  /** Writes what the run is made of; params.txt comes last, because it makes the folder a run. */
  private void record(RunFolder folder, Recipe resolved, @Nullable Tokenizer tokenizer) {
    if (tokenizer != null) {
      tokenizer.write(tokenizerFolder());
    }
    AtomicFiles.writeString(runYaml(), Json.toYaml(resolved.toTree()));
    folder.writeParams(params(resolved));
  }

  /** A resumed run must be made of the same as it was; only the device may be another. */
  private void requireSame(RunFolder folder, Recipe resolved) {
    // A key that is younger than the run has in its recipe what it has where nobody names it.
    var before = new TreeMap<String, String>();
    flatten("", Recipe.read(runYaml()).toTree(), before);
    before.putAll(folder.readParams());
    params(resolved)
        .forEach((name, value) -> {
          if (!name.equals("device") && !value.equals(before.get(name))) {
            throw new InputException(
                "%s was started with %s %s, not %s: resume it with the same settings"
                    .formatted(out, name, before.get(name), value));
          }
        });
  }

  private Map<String, String> params(Recipe resolved) {
    var params = new TreeMap<String, String>();
    flatten("", resolved.toTree(), params);
    params.put("train_samples", Long.toString(training.size()));
    params.put("device", device.str().getString());
    if (start != null) {
      params.put("start", start.name());
    }
    return params;
  }

  static void flatten(String prefix, JsonNode tree, Map<String, String> params) {
    for (var entry : tree.properties()) {
      if (entry.getValue().isObject()) {
        flatten(prefix + entry.getKey() + ".", entry.getValue(), params);
      } else {
        JsonNode value = entry.getValue();
        params.put(prefix + entry.getKey(), value.isArray() ? value.toString() : value.asString());
      }
    }
  }

  /** Shows and keeps the course of the training. */
  private final class Observer implements Trainer.Observer, AutoCloseable {
    private final ModelSpec<?> spec;
    private final @Nullable Tokenizer tokenizer;
    private final StopSignal stop;
    private final Terminal.Bar bar = new Terminal.Bar("training");
    private final List<Progress> progress = new ArrayList<>();
    private final Map<Long, Map<String, Double>> validations = new LinkedHashMap<>();
    private final CollapseAlarm alarm =
        start == null
            ? new CollapseAlarm(OptionalDouble.empty(), 0)
            : new CollapseAlarm(start.collapsedLoss(), StartingPoint.score(start.metrics()));

    Observer(ModelSpec<?> spec, @Nullable Tokenizer tokenizer, StopSignal stop) {
      this.spec = spec;
      this.tokenizer = tokenizer;
      this.stop = stop;
    }

    @Override
    public void progress(Progress now) {
      progress.add(now);
      bar.show(now);
      alarm.loss(now.loss()).ifPresent(LOG::warn);
    }

    @Override
    public Map<String, Double> validate(Model model, long step) {
      // The bundle is not closed: it owns neither the model in training nor the tokenizer.
      var bundle = bundle(spec, model, tokenizer);
      Map<String, Double> metrics = Validation.of(bundle, validation).metrics();
      alarm.score(StartingPoint.score(metrics)).ifPresent(LOG::warn);
      validations.put(step, metrics);
      return metrics;
    }

    @Override
    public boolean stops() {
      return stop.isRequested();
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
