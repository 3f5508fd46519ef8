package io.vlm4j.train;

import io.vlm4j.data.Batches;
import io.vlm4j.data.Chance;
import io.vlm4j.data.Collator;
import io.vlm4j.data.Loader;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;

/**
 * Trains any model: the one loop of the house.
 *
 * <p>A run is a function of its configuration, its data and its number of steps: the chance of each
 * step depends on the seed and the step alone. So a run that was stopped and resumed ends with the
 * same weights as one that was not, at the same number of threads.
 */
public final class Trainer {
  private static final int LOADER_THREADS = 2;
  private static final int TIMED_STEPS = 4;
  private static final double TIMED_SECONDS = 4;
  private static final double TIMED_SHARE = 1.0 / 60; // of the budget, each time
  private static final int MOST_TIMES = 5;

  private final Supplier<Model> start;
  private final TrainingConfig config;
  private final Collator collator;
  private final Device device;
  private final Batches batches;

  /** Brings together what a training from random weights needs. */
  public Trainer(
      ModelSpec<?> spec, TrainingConfig config, Batches batches, Collator collator, Device device) {
    this(spec::create, config, batches, collator, device);
  }

  /**
   * Brings together what a training needs.
   *
   * @param start makes the model with the weights to begin with, the same each time; it is called
   *     again where steps are timed. The trainer closes what it does not hand back
   */
  public Trainer(
      Supplier<Model> start,
      TrainingConfig config,
      Batches batches,
      Collator collator,
      Device device) {
    this.start = start;
    this.config = config;
    this.batches = batches;
    this.collator = collator;
    this.device = device;
  }

  /** What watches a training. */
  public interface Observer {
    /** Is told about once a second how far the training is. */
    void progress(Progress progress);

    /**
     * Measures the model on data set aside; called with the weights that training would end with.
     *
     * @return numbers by name, for the log
     */
    Map<String, Double> validate(Model model, long step);

    /** Whether to stop early; the state is saved first. */
    boolean stops();
  }

  /**
   * How a training ended.
   *
   * @param model trained, or as far as it came; the caller closes it
   * @param done steps done
   * @param steps steps planned
   * @param seconds spent in steps
   * @param dataSeconds of these spent waiting for data
   */
  public record Outcome(Model model, long done, long steps, double seconds, double dataSeconds) {
    /** Whether all steps were done. */
    public boolean isComplete() {
      return done == steps;
    }
  }

  /**
   * Trains from the weights to begin with, or from a checkpoint on.
   *
   * @param resume {@code latest} or a checkpoint's name; its number of steps replaces the budget. A
   *     run that ended before its first checkpoint begins anew
   * @param validations how often the observer validates, evenly spread, the last at the end
   * @param saveSeconds between checkpoints
   */
  public Outcome train(
      Budget budget,
      Optional<String> resume,
      RunFolder folder,
      int validations,
      double saveSeconds,
      Observer observer) {
    Optional<Path> checkpoint = resume.flatMap(folder.checkpoints()::find);
    long steps =
        checkpoint
            .map(path -> Checkpoints.position(path).steps())
            .orElseGet(() -> budget.steps(this::secondsPerStep));
    long first = checkpoint.map(path -> Checkpoints.position(path).done()).orElse(0L);

    Model model = create();
    var schedule = config.schedule(steps);
    var meter = new Meter(folder, batches.batchesPerEpoch(), config.batchSize(), first, steps);
    try (var step = new GradientStep(model, config, device);
        var loader = new Loader(batches, collator, LOADER_THREADS, first, steps)) {
      checkpoint.ifPresent(path -> Checkpoints.restore(path, model, step));
      long done = first;
      double saved = seconds();
      while (done < steps && !observer.stops()) {
        double rate = schedule.at(done);
        Map<String, Double> losses;
        try (Batch batch = loader.next().to(device)) {
          Engine.seed(Chance.mix(config.seed(), done));
          losses = step.run(batch, rate);
        }
        requireFinite(losses, done);
        done++;
        meter.step(losses, rate, loader.waitSeconds());
        if (meter.isDue(done)) {
          observer.progress(meter.report(done, model.gauges()));
        }
        if (isValidation(done, steps, validations)) {
          validate(step, model, done, folder, observer);
        }
        if (done < steps && seconds() - saved >= saveSeconds) {
          folder.checkpoints().save(done, steps, model, step);
          saved = seconds();
        }
      }
      folder.checkpoints().save(done, steps, model, step);
      step.swapResult();
      return new Outcome(model, done, steps, meter.seconds(), loader.waitSeconds());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private Model create() {
    Engine.seed(config.seed());
    Model model = start.get();
    model.to(device);
    return model;
  }

  /**
   * Measures a step, data included, on a model that is thrown away: again and again while it gets
   * quicker, as Java compiles the code of the loader's threads.
   *
   * @param budget seconds of the training, of which this takes a part
   */
  private double secondsPerStep(double budget) {
    double least = Math.min(TIMED_SECONDS, TIMED_SHARE * budget);
    try (Model model = create();
        var step = new GradientStep(model, config, device);
        var loader = new Loader(batches, collator, LOADER_THREADS, 0, Long.MAX_VALUE)) {
      double best = time(step, loader, least);
      for (int i = 1; i < MOST_TIMES; i++) {
        double next = time(step, loader, least);
        boolean isSteady = next > 0.97 * best;
        best = Math.min(best, next);
        if (isSteady && i > 1) {
          break;
        }
      }
      return best;
    }
  }

  /** Seconds a step: of at least so many, and of as many as fit into some seconds. */
  private double time(TrainingStep step, Loader loader, double least) {
    double start = seconds();
    int steps = 0;
    while (steps < TIMED_STEPS || seconds() - start < least) {
      try (Batch batch = loader.next().to(device)) {
        step.run(batch, config.learningRate());
      }
      steps++;
    }
    return (seconds() - start) / steps;
  }

  private static boolean isValidation(long done, long steps, int validations) {
    return validations > 0 && done * validations / steps > (done - 1) * validations / steps;
  }

  private static void validate(
      TrainingStep step, Model model, long done, RunFolder folder, Observer observer) {
    step.swapResult();
    model.setTraining(false);
    try {
      Map<String, Double> values = observer.validate(model, done);
      folder.scalars("val", done, values);
      folder.log("Eval Step: " + done + " " + values);
    } finally {
      model.setTraining(true);
      step.swapResult();
    }
  }

  private static void requireFinite(Map<String, Double> losses, long step) {
    losses.forEach((name, value) -> {
      if (!Double.isFinite(value)) {
        throw new InputException(
            "training diverged: %s is %s at step %d; try a lower learning rate or f32"
                .formatted(name, value, step));
      }
    });
  }

  private static double seconds() {
    return System.nanoTime() / 1e9;
  }
}
