package io.vlm4j.bench;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.Captions;
import io.vlm4j.io.Json;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.train.GradientStep;
import io.vlm4j.train.TrainingConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;

/**
 * Times training steps of a {@linkplain Subjects named model} on random data: the counterpart of
 * {@code twin.py}.
 *
 * <p>Arguments: model, batch, tokens of the shortest and of the longest text, precision, threads,
 * warm-up steps, timed steps, {@code train} or {@code embed} (only the features of the pictures,
 * without gradients). Prints one line of JSON: the median step in milliseconds, the peak resident
 * memory in MB, the sizes of the model, and the losses of the first step.
 */
public final class TrainingSteps {
  private TrainingSteps() {}

  /** Runs the measurement. */
  public static void main(String[] args) throws IOException {
    String name = args[0];
    int batchSize = Integer.parseInt(args[1]);
    int shortest = Integer.parseInt(args[2]);
    int longest = Integer.parseInt(args[3]);
    String precision = args[4];
    Engine.setThreads(Integer.parseInt(args[5]));
    int warm = Integer.parseInt(args[6]);
    int timed = Integer.parseInt(args[7]);

    ModelSpec<?> spec = Subjects.of(name);
    Engine.seed(0);
    var config =
        new TrainingConfig(
            batchSize,
            5e-4,
            0.9,
            0.98,
            1e-6,
            0.2,
            0,
            1,
            precision,
            0,
            0,
            Captions.PRINCIPAL,
            Augmentation.NONE);
    var times = new double[timed];
    var result = new LinkedHashMap<String, Object>();
    boolean embeds = args[8].equals("embed");
    try (Model model = spec.create();
        var step = embeds ? null : new GradientStep(model, config, new Device("cpu"));
        Batch batch = Inputs.batch(spec, batchSize, shortest, longest)) {
      result.putAll(Inputs.sizes(model));
      for (int i = -warm; i < timed; i++) {
        long start = System.nanoTime();
        if (step == null) {
          embed(model, batch);
        } else {
          Map<String, Double> losses = step.run(batch, 5e-4);
          result.putIfAbsent("losses", losses);
        }
        if (i >= 0) {
          times[i] = (System.nanoTime() - start) / 1e6;
        }
      }
    }
    Arrays.sort(times);
    result.put("ms", times[timed / 2]);
    result.put("peak_mb", ProcessMemory.peak());
    System.out.println(Json.toLine(result));
  }

  private static void embed(Model model, Batch batch) {
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      ((DualEncoder) model).imageFeatures(batch.get(Batch.PIXELS));
    }
  }
}
