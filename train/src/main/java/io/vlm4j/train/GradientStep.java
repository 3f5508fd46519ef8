package io.vlm4j.train;

import io.vlm4j.io.InputException;
import io.vlm4j.model.Model;
import io.vlm4j.model.Objective;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The usual step: losses, their sum backward, clipped gradients, AdamW, and a running mean of the
 * weights if the configuration asks for one. A model with several {@linkplain Model#objectives
 * objectives} has all but the last for each of them in turn.
 *
 * <p>Frozen parameters have no gradient and no state. What is below them is computed without a
 * graph, and modules of which all parameters are frozen stay in evaluation.
 */
public final class GradientStep implements TrainingStep {
  private static final String AVERAGE = "average.";
  private static final String RULES = "rules";

  private final Model model;
  private final List<Turn> turns = new ArrayList<>();
  private final Precision precision;
  private final Device device;
  private final double maxGradientNorm;
  private final @Nullable Tensor rules;
  private final @Nullable WeightAverage average;
  private long done;

  /**
   * An objective with what moves its parameters.
   *
   * @param trained its parameters that are not frozen
   */
  private record Turn(Objective objective, AdamW optimizer, List<Tensor> trained) {
    /** Before the optimiser's names in the state; those of an only objective stand alone. */
    String prefix() {
      return objective.name().isEmpty() ? "" : objective.name() + ".";
    }
  }

  /**
   * A step for a model, without its state; the model is switched to training.
   *
   * @throws InputException if a rule of the configuration matches no parameter, or if the model is
   *     held in 8 bits
   */
  public GradientStep(Model model, TrainingConfig config, Device device) {
    if (model.isInt8()) {
      throw new InputException("a model held in int8 cannot be trained: load it in f32 or bf16");
    }
    this.model = model;
    this.device = device;
    precision = Precision.parse(config.precision()).on(device);
    maxGradientNorm = config.maxGradientNorm();
    SequencedMap<String, Tensor> parameters = model.parameters();
    var groups = ParameterGroups.of(List.copyOf(parameters.keySet()), config);
    parameters.forEach((name, tensor) -> tensor.set_requires_grad(!groups.isFrozen(name)));
    model.setTraining(true);
    for (Objective objective : model.objectives()) {
      var own = new LinkedHashMap<String, Tensor>();
      parameters.forEach((name, tensor) -> {
        if (objective.trains().test(name)) {
          own.put(name, tensor);
        }
      });
      turns.add(
          new Turn(
              objective,
              new AdamW(
                  own,
                  groups,
                  config.beta1(),
                  config.beta2(),
                  config.epsilon(),
                  config.weightDecay()),
              own.values().stream().filter(Tensor::requires_grad).toList()));
    }
    boolean isAlike = config.layerDecay() == 1 && config.rules().isEmpty();
    rules = isAlike ? null : settings(turns);
    average = config.averageDecay() > 0 ? new WeightAverage(model, config.averageDecay()) : null;
  }

  /** What a checkpoint remembers the rules by: rate factor and decay of what is trained. */
  private static Tensor settings(List<Turn> turns) {
    var values = new ArrayList<Float>();
    for (Turn turn : turns) {
      turn.optimizer
          .settings()
          .sequencedValues()
          .forEach(factors -> {
            values.add((float) factors.learningRate());
            values.add((float) factors.weightDecay());
          });
    }
    var numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values.get(i);
    }
    return Scope.keep(Tensors.of(numbers, numbers.length / 2, 2));
  }

  @Override
  public Map<String, Double> run(Batch batch, double learningRate) {
    try (var _ = new Scope()) {
      var all = new LinkedHashMap<String, Tensor>();
      for (Turn turn : turns) {
        if (!turn.trained.isEmpty()) {
          all.putAll(run(turn, batch, learningRate));
        }
      }
      turns.forEach(turn -> turn.trained.forEach(tensor -> tensor.set_requires_grad(true)));
      model.afterStep();
      done++;
      if (average != null) {
        average.update(done);
      }
      var values = new LinkedHashMap<String, Double>();
      all.forEach((name, loss) -> values.put(name, loss.item_double()));
      return values;
    }
  }

  private SequencedMap<String, Tensor> run(Turn turn, Batch batch, double learningRate) {
    if (turns.size() > 1) {
      turns.forEach(
          other -> other.trained.forEach(tensor -> tensor.set_requires_grad(other == turn)));
    }
    SequencedMap<String, Tensor> losses;
    try (var _ = Autocast.to(device, precision)) {
      losses = turn.objective.losses().apply(batch);
    }
    if (losses.isEmpty()) {
      return losses;
    }
    losses.values().stream().reduce(Tensor::add).orElseThrow().backward();
    if (maxGradientNorm > 0) {
      torch.clip_grad_norm_(new TensorVector(turn.trained.toArray(Tensor[]::new)), maxGradientNorm);
    }
    turn.optimizer.step(learningRate);
    return losses;
  }

  /** The optimisers' state, the averaged weights, and what the rules are told by. */
  @Override
  public SequencedMap<String, Tensor> state() {
    var state = new LinkedHashMap<String, Tensor>();
    for (Turn turn : turns) {
      turn.optimizer.state().forEach((name, tensor) -> state.put(turn.prefix() + name, tensor));
    }
    if (rules != null) {
      state.put(RULES, rules);
    }
    if (average != null) {
      average.state().forEach((name, mean) -> state.put(AVERAGE + name, mean));
    }
    return state;
  }

  @Override
  public void load(Map<String, Tensor> saved, long done, String place) {
    SequencedMap<String, Tensor> state = state();
    if (!saved.keySet().equals(state.keySet())) {
      throw new InputException(
          place + " does not fit: it was saved with another model or other settings");
    }
    if (!hasTheseRules(saved)) {
      throw new InputException(
          place + " does not fit: it was saved with other rules of learning rates and decay");
    }
    try (var _ = new NoGrad()) {
      state.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
    }
    this.done = done;
  }

  private boolean hasTheseRules(Map<String, Tensor> saved) {
    return rules == null
        || Arrays.equals(
            Tensors.toFloats(rules), Tensors.toFloats(Objects.requireNonNull(saved.get(RULES))));
  }

  @Override
  public void swapResult() {
    if (average != null) {
      average.swap();
    }
  }

  @Override
  public void close() {
    turns.forEach(turn -> turn.optimizer.close());
    if (rules != null) {
      rules.close();
    }
    if (average != null) {
      average.close();
    }
  }
}
