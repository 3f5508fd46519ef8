package io.vlm4j.bench;

import io.vlm4j.data.Augmentation;
import io.vlm4j.io.Json;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.train.GradientStep;
import io.vlm4j.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/**
 * Times training steps of a named model on random data: the counterpart of {@code twin.py}.
 *
 * <p>Arguments: model, batch, precision, threads, warm-up steps, timed steps. Prints one line of
 * JSON: the median step in milliseconds and the peak resident memory in MB.
 */
public final class TrainingSteps {
  private TrainingSteps() {}

  /** Runs the measurement. */
  public static void main(String[] args) throws IOException {
    String name = args[0];
    int batchSize = Integer.parseInt(args[1]);
    Engine.setThreads(Integer.parseInt(args[3]));
    int warm = Integer.parseInt(args[4]);
    int timed = Integer.parseInt(args[5]);

    ModelSpec<?> spec = ModelSpec.of(name);
    Engine.seed(0);
    var config =
        new TrainingConfig(
            batchSize, 5e-4, 0.9, 0.98, 1e-6, 0.2, 0, 1, args[2], 0, 0, 1, Augmentation.NONE);
    var times = new double[timed];
    try (Model model = spec.create();
        var step = new GradientStep(model, config, new Device("cpu"));
        Batch batch = batch(spec, batchSize)) {
      for (int i = -warm; i < timed; i++) {
        long start = System.nanoTime();
        step.run(batch, 5e-4);
        if (i >= 0) {
          times[i] = (System.nanoTime() - start) / 1e6;
        }
      }
    }
    Arrays.sort(times);
    System.out.println(Json.toLine(Map.of("ms", times[timed / 2], "peak_mb", peakMegabytes())));
  }

  private static Batch batch(ModelSpec<?> spec, int size) {
    int side = spec.preprocessing().size();
    int length = spec.contextLength();
    var ids = new long[size * length];
    for (int i = 0; i < ids.length; i++) {
      // The last position ends the text: no shortening, as in the twin.
      ids[i] = i % length == length - 1 ? spec.vocabularySize() - 1 : i * 7919L % 500;
    }
    try (var _ = new Scope()) {
      return new Batch()
          .put(Batch.PIXELS, torch.randn(size, 3, side, side))
          .put(Batch.TOKENS, Tensors.of(ids, size, length));
    }
  }

  /** The largest resident memory so far, as the system counts it. */
  private static long peakMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return -1;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
        .findFirst()
        .orElse(-1);
  }
}
