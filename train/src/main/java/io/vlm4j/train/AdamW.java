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
 * step for each group of parameters that have the same factors. Parameters of fewer than two
 * dimensions (gains, biases, scales) do not decay; frozen ones have no state.
 */
public final class AdamW implements AutoCloseable {
  private static final Operator FUSED = Operator.aten("_fused_adamw_", "");

  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final List<Group> groups;

  /**
   * Parameters that take the same steps.
   *
   * @param rate factor on the learning rate
   * @param decay weight decay
   */
  private record Group(double rate, double decay, SequencedMap<String, Slot> slots) {}

  private record Slot(Tensor parameter, Tensor mean, Tensor square, Tensor steps) {}

  /** Starts from zero moments; all parameters are trained alike. */
  public AdamW(
      Map<String, Tensor> parameters, double beta1, double beta2, double epsilon, double decay) {
    this(
        parameters,
        ParameterGroups.alike(List.copyOf(parameters.keySet())),
        beta1,
        beta2,
        epsilon,
        decay);
  }

  /** Starts from zero moments. */
  AdamW(
      Map<String, Tensor> parameters,
      ParameterGroups settings,
      double beta1,
      double beta2,
      double epsilon,
      double decay) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    var byFactors = new LinkedHashMap<ParameterGroups.Factors, Group>();
    parameters.forEach((name, parameter) -> {
      if (!settings.isFrozen(name)) {
        double rate = settings.factors(name).learningRate();
        double ownDecay = parameter.dim() < 2 ? 0 : decay * settings.factors(name).weightDecay();
        byFactors
            .computeIfAbsent(
                new ParameterGroups.Factors(rate, ownDecay),
                _ -> new Group(rate, ownDecay, new LinkedHashMap<>()))
            .slots
            .put(name, slot(parameter));
      }
    });
    groups = List.copyOf(byFactors.values());
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
        step(group, learningRate * group.rate);
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

  /** The learning rate's factor and the weight decay of each parameter that is trained. */
  SequencedMap<String, ParameterGroups.Factors> settings() {
    var settings = new LinkedHashMap<String, ParameterGroups.Factors>();
    for (Group group : groups) {
      var factors = new ParameterGroups.Factors(group.rate, group.decay);
      group.slots.keySet().forEach(name -> settings.put(name, factors));
    }
    return settings;
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
