package io.vlm4j.train;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Operator;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdamW (1711.05101) over a model's parameters, by libtorch's fused kernel: one pass over memory a
 * step. Parameters of fewer than two dimensions (gains, biases, scales) do not decay.
 */
public final class AdamW implements AutoCloseable {
  private static final Operator FUSED = Operator.aten("_fused_adamw_", "");

  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final List<Group> groups;

  private record Group(double decay, SequencedMap<String, Slot> slots) {}

  private record Slot(Tensor parameter, Tensor mean, Tensor square, Tensor steps) {}

  /** Starts from zero moments. */
  public AdamW(
      Map<String, Tensor> parameters, double beta1, double beta2, double epsilon, double decay) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    var decayed = new Group(decay, new LinkedHashMap<>());
    var plain = new Group(0, new LinkedHashMap<>());
    parameters.forEach((name, parameter) ->
        (parameter.dim() < 2 ? plain : decayed).slots.put(name, slot(parameter)));
    groups = List.of(decayed, plain);
  }

  private static Slot slot(Tensor parameter) {
    return new Slot(
        parameter,
        Scope.keep(zeros(parameter, parameter.shape())),
        Scope.keep(zeros(parameter, parameter.shape())),
        Scope.keep(zeros(parameter)));
  }

  private static Tensor zeros(Tensor like, long... shape) {
    return Tensors.zeros(ScalarType.Float, shape).to(like.device(), ScalarType.Float);
  }

  /** Moves every parameter that has a gradient, and forgets the gradients. */
  public void step(double learningRate) {
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      for (Group group : groups) {
        step(group, learningRate);
      }
    }
  }

  private void step(Group group, double learningRate) {
    var parameters = new ArrayList<Tensor>();
    var gradients = new ArrayList<Tensor>();
    var means = new ArrayList<Tensor>();
    var squares = new ArrayList<Tensor>();
    var steps = new ArrayList<Tensor>();
    for (Slot slot : group.slots.values()) {
      Tensor gradient = slot.parameter.mutable_grad();
      if (gradient.defined()) {
        parameters.add(slot.parameter);
        gradients.add(gradient);
        means.add(slot.mean);
        squares.add(slot.square);
        steps.add(slot.steps.add_(new Scalar(1f)));
      }
    }
    if (parameters.isEmpty()) {
      return; // the kernel needs one to know the device
    }
    FUSED.call(
        parameters,
        gradients,
        means,
        squares,
        List.of(), // the maxima of AMSGrad
        steps,
        learningRate,
        beta1,
        beta2,
        group.decay,
        epsilon,
        false,
        false,
        null,
        null);
    gradients.forEach(Tensor::reset);
  }

  /** The moments and step counts, by names derived from the parameters'. */
  public SequencedMap<String, Tensor> state() {
    var state = new LinkedHashMap<String, Tensor>();
    for (Group group : groups) {
      group.slots.forEach((name, slot) -> {
        state.put("exp_avg." + name, slot.mean);
        state.put("exp_avg_sq." + name, slot.square);
        state.put("step." + name, slot.steps);
      });
    }
    return state;
  }

  @Override
  public void close() {
    state().values().forEach(Tensor::close);
  }
}
