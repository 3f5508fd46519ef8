package io.vlm4j.model;

import io.vlm4j.io.InputException;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.nn.Taps;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model computes what another implementation computes.
 *
 * <p>A file of reference values is safetensors whose metadata names, separated by commas, the
 * {@code inputs} to feed and the {@code outputs} to reproduce.
 */
public final class Parity {
  private Parity() {}

  /**
   * How far two tensors of one name are apart.
   *
   * @param maxAbs the largest absolute difference; infinite if they cannot be compared
   * @param cosine of the angle between them as vectors
   * @param problem why they cannot be compared; empty if they can
   */
  public record Difference(String name, double maxAbs, double cosine, String problem) {
    /** Whether the tensors are nowhere further apart than that. */
    public boolean isWithin(double tolerance) {
      return maxAbs <= tolerance; // false for NaN
    }
  }

  /**
   * Feeds a model the inputs of a file and compares what comes out.
   *
   * @param dump also write the result of every module there, as f32, in the order of completion;
   *     null for no file
   * @throws InputException if the file names no inputs or outputs, or the model has no such output
   */
  public static List<Difference> against(
      ModelFolder folder, Path expected, LoadOptions options, Device device, @Nullable Path dump) {
    try (TensorSource reference = TensorSource.open(expected)) {
      List<String> outputs = names(reference, "outputs", expected);
      List<String> inputs = names(reference, "inputs", expected);
      try (Model model = folder.load(options, device).model();
          var trace = new Batch();
          var _ = new Scope();
          var _ = new NoGrad()) {
        model.setTraining(false);
        var fed = new LinkedHashMap<String, Tensor>();
        for (String name : inputs) {
          Tensor tensor = reference.read(name);
          fed.put(name, tensor.to(device, tensor.scalar_type()));
        }
        var made = new LinkedHashMap<String, Tensor>();
        if (dump == null) {
          made.putAll(folder.spec().family().outputs(model, fed));
        } else {
          try (var _ = Taps.open((name, result) -> record(trace, name, result))) {
            made.putAll(folder.spec().family().outputs(model, fed));
          }
          SafeTensors.write(dump, trace.tensors(), Map.of("model", folder.path().toString()));
        }
        return outputs.stream().map(name -> compare(name, made, reference)).toList();
      }
    }
  }

  private static Difference compare(String name, Map<String, Tensor> made, TensorSource reference) {
    Tensor ours = made.get(name);
    if (ours == null) {
      throw new InputException(
          "the model makes no '" + name + "' of these inputs, only " + made.keySet());
    }
    return difference(name, ours, reference.read(name));
  }

  /** A module may be called more than once; the first result stands for it. */
  private static void record(Batch trace, String name, Tensor result) {
    if (!trace.tensors().containsKey(name)) {
      trace.put(name, result.detach().to(ScalarType.Float).contiguous().cpu().clone());
    }
  }

  /**
   * Compares two files tensor by tensor, in the order of the first: of two dumps, the first
   * difference beyond a tolerance is where they part.
   */
  public static List<Difference> compare(Path first, Path second) {
    var differences = new ArrayList<Difference>();
    try (TensorSource a = TensorSource.open(first);
        TensorSource b = TensorSource.open(second)) {
      for (String name : a.names()) {
        if (!b.names().contains(name)) {
          differences.add(incomparable(name, "only in " + first));
          continue;
        }
        try (var _ = new Scope()) {
          differences.add(difference(name, a.read(name), b.read(name)));
        }
      }
      for (String name : b.names()) {
        if (!a.names().contains(name)) {
          differences.add(incomparable(name, "only in " + second));
        }
      }
    }
    return differences;
  }

  private static Difference incomparable(String name, String problem) {
    return new Difference(name, Double.POSITIVE_INFINITY, Double.NaN, problem);
  }

  private static Difference difference(String name, Tensor ours, Tensor theirs) {
    if (!Arrays.equals(ours.shape(), theirs.shape())) {
      return incomparable(
          name, Arrays.toString(ours.shape()) + " beside " + Arrays.toString(theirs.shape()));
    }
    float[] x = Tensors.toFloats(ours);
    float[] y = Tensors.toFloats(theirs);
    double max = 0;
    double dot = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      max = Math.max(max, Math.abs((double) x[i] - y[i])); // NaN stays NaN
      dot += (double) x[i] * y[i];
      xx += (double) x[i] * x[i];
      yy += (double) y[i] * y[i];
    }
    double cosine = xx == 0 && yy == 0 ? 1 : dot / Math.sqrt(xx * yy);
    return new Difference(name, max, cosine, "");
  }

  private static List<String> names(TensorSource reference, String key, Path file) {
    List<String> names =
        Arrays.stream(reference.metadata().getOrDefault(key, "").split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .toList();
    if (names.isEmpty()) {
      throw new InputException(file + ": the metadata names no '" + key + "'");
    }
    for (String name : names) {
      if (!reference.names().contains(name)) {
        throw new InputException(file + ": the metadata names '" + name + "', which is not there");
      }
    }
    return names;
  }
}
