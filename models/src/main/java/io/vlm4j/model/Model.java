package io.vlm4j.model;

import io.vlm4j.io.InputException;
import io.vlm4j.io.TensorSource;
import io.vlm4j.nn.Module;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/** A whole system that can be trained: what a {@link Family} makes. */
public abstract class Model extends Module {
  /** Makes a model without parameters. */
  protected Model() {}

  /**
   * The losses of a batch by name; their sum is minimised. In evaluation they tell how well the
   * model does on data set aside. Of a model with several objectives, those of the first.
   *
   * @param batch what the family's data carries, such as pictures and tokens
   */
  public abstract SequencedMap<String, Tensor> losses(Batch batch);

  /** What is minimised in turn in each step; of most systems, the losses over all parameters. */
  public List<Objective> objectives() {
    return List.of(new Objective("", _ -> true, this::losses));
  }

  /**
   * Copies the weights of a part from another model, which stays as it is.
   *
   * @param part one of the family's {@link Family#parts}, of which this model has the configuration
   */
  public void adopt(String part, Model other) {
    throw new IllegalArgumentException(part);
  }

  /** What must hold after each optimiser step, such as a bound on a parameter. */
  public void afterStep() {
    // Most systems have no such rule.
  }

  /** What whoever trains on from these weights should know, a line each. */
  public List<String> remarks() {
    return List.of();
  }

  /** The loss of a batch of which all features are equal, where the batch's size alone tells it. */
  public OptionalDouble collapsedLoss(int batchSize) {
    return OptionalDouble.empty();
  }

  /** Numbers worth a line in the log, by name. */
  public Map<String, Double> gauges() {
    return Map.of();
  }

  /**
   * Copies values into the {@linkplain #state state}.
   *
   * @throws InputException if a tensor is missing, unknown or of another shape; {@code place} names
   *     where the values come from
   */
  public final void load(Map<String, Tensor> values, String place) {
    var problems = new ArrayList<String>();
    var unknown = new LinkedHashMap<>(values);
    state()
        .forEach((name, parameter) -> {
          Tensor value = unknown.remove(name);
          if (value == null) {
            problems.add("no '" + name + "'");
          } else if (!Arrays.equals(value.shape(), parameter.shape())) {
            problems.add(
                "'%s' is %s instead of %s"
                    .formatted(
                        name, Arrays.toString(value.shape()), Arrays.toString(parameter.shape())));
          }
        });
    unknown.keySet().forEach(name -> problems.add("unknown '" + name + "'"));
    if (!problems.isEmpty()) {
      throw new InputException(place + " does not fit the model: " + summary(problems));
    }
    try (var _ = new NoGrad()) {
      state().forEach((name, tensor) -> tensor.copy_(values.get(name)));
    }
  }

  /**
   * Copies a checkpoint's values into the {@linkplain #weights weights}.
   *
   * @param keys how the checkpoint names them
   * @throws InputException if they do not fit
   */
  public final void load(KeyMap keys, Path file) {
    var shapes = new LinkedHashMap<String, long[]>();
    weights().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    try (TensorSource source = TensorSource.open(file)) {
      var plan = new LoadPlan(shapes, keys, Map.of(), source);
      plan.report().requireExact(file.toString());
      plan.run(weights());
    }
  }

  private static String summary(List<String> problems) {
    int shown = Math.min(problems.size(), 4);
    return String.join(", ", problems.subList(0, shown))
        + (problems.size() > shown ? " and " + (problems.size() - shown) + " more" : "");
  }
}
