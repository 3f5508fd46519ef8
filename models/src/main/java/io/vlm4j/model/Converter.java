package io.vlm4j.model;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Turns a model folder of one layout into one of another, or of another number format.
 *
 * <p>Values are moved, never computed with: without a new number format, a folder that goes there
 * and back holds the same bits. All tensors are in memory at once; no model is made.
 */
public final class Converter {
  /** Weights of any program, which the new folder has of its own. */
  private static final Pattern WEIGHTS =
      Pattern.compile(
          ".*\\.(safetensors|bin|pt|pth|msgpack|h5|onnx|npz)|.*\\.index\\.json",
          Pattern.CASE_INSENSITIVE);

  private Converter() {}

  /**
   * What was done.
   *
   * @param from the layout of the source
   * @param tensors number of tensors written
   * @param dropped tensors of the source that are not in the target
   * @param unsaid what the target's own programs will compute differently
   * @param carried other files that went along, such as those of the tokenizer
   */
  public record Result(
      Layout from,
      int tensors,
      List<LoadReport.Entry> dropped,
      List<String> unsaid,
      List<String> carried) {}

  /**
   * Converts.
   *
   * @param target a folder that does not exist yet, or is empty
   * @param type the number format to write, or null for that of each tensor
   * @throws InputException if the source is no complete model, or the target exists
   */
  public static Result convert(Path source, Path target, Layout to, @Nullable ScalarType type) {
    ModelFolder folder = ModelFolder.open(source);
    requireNew(target);
    ModelSpec<?> spec = folder.spec();
    var writer =
        new FolderWriter(to, spec, folder.keys(to), folder.configs(), folder.preprocessingOrNull());
    try (TensorSource weights = folder.weights();
        var _ = new Scope()) {
      LoadPlan plan = folder.plan(spec, weights);
      LoadReport report = plan.report();
      if (!report.isComplete() || !report.adapted().isEmpty()) {
        report.requireExact(folder.weightsFile().toString());
        throw new InputException(
            folder.weightsFile() + " does not fit the model: " + report.adapted().getFirst());
      }
      var ours = new LinkedHashMap<String, Tensor>();
      for (String name : spec.shapes().keySet()) {
        ours.put(name, Objects.requireNonNull(plan.read(name), name));
      }
      var carried = new ArrayList<String>();
      AtomicFiles.writeFolder(
          target,
          path -> {
            copyOthers(source, path, carried);
            folder.unwrittenTemplate().ifPresent(template -> template.write(path));
            writer.write(path, ours, type);
          });
      var dropped = new ArrayList<>(report.unexpected());
      dropped.addAll(report.ignored());
      return new Result(
          folder.layout(),
          writer.keys().toTheirs(ours).size(),
          List.copyOf(dropped),
          spec.unsaid(to),
          List.copyOf(carried));
    }
  }

  private static void requireNew(Path target) {
    try {
      if (Files.exists(target) && !(Files.isDirectory(target) && isEmpty(target))) {
        throw new InputException(target + " exists: choose a new folder");
      }
    } catch (IOException e) {
      throw Json.cannotRead(target, e);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Copies what is neither weights nor configuration of a model, and adds the names. */
  static void copyOthers(Path source, Path target, List<String> carried) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(source)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      boolean isReplaced =
          Stream.of(Layout.values()).anyMatch(layout -> name.equals(layout.configFile()))
              || WEIGHTS.matcher(name).matches()
              || name.startsWith(".");
      if (!isReplaced) {
        Files.copy(file, target.resolve(name));
        carried.add(name);
      }
    }
  }
}
