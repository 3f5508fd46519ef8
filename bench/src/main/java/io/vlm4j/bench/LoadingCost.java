package io.vlm4j.bench;

import io.vlm4j.io.Json;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * What it costs to load a model folder: time and resident memory.
 *
 * <p>Arguments: folder, precision. The time does not include starting Java and libtorch, which is
 * given beside it. Prints one line of JSON.
 */
public final class LoadingCost {
  private LoadingCost() {}

  /** Runs the measurement. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    var options = LoadOptions.DEFAULT.withPrecision(Precision.parse(args[1]));
    var result = new LinkedHashMap<String, Object>();
    long start = System.nanoTime();
    Engine.load();
    result.put("engine_seconds", seconds(start));
    long before = ProcessMemory.resident();
    boolean hasTokenizer = Files.isRegularFile(folder.resolve("tokenizer.json"));
    start = System.nanoTime();
    var device = new Device("cpu");
    long bytes;
    if (hasTokenizer) {
      try (var pretrained = Pretrained.load(folder, device, options)) {
        bytes = loaded(pretrained.model(), start, result);
      }
    } else {
      try (var model = ModelFolder.open(folder).load(options, device).model()) {
        bytes = loaded(model, start, result);
      }
    }
    result.put("with_tokenizer", hasTokenizer);
    result.put("weights_mb", Math.round(bytes / 1e6));
    result.put("resident_before_mb", before);
    result.put("peak_resident_mb", ProcessMemory.peak());
    System.out.println(Json.toLine(result));
  }

  private static long loaded(Model model, long start, Map<String, Object> result)
      throws IOException {
    result.put("load_seconds", seconds(start));
    result.put("resident_mb", ProcessMemory.resident());
    return model.state().values().stream().mapToLong(Tensor::nbytes).sum();
  }

  private static double seconds(long start) {
    return Math.round((System.nanoTime() - start) / 1e6) / 1e3;
  }
}
