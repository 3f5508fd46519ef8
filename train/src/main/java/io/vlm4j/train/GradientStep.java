package io.vlm4j.train;

import io.vlm4j.io.InputException;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The usual step: losses, their sum backward, clipped gradients, AdamW, and a running mean of the
 * weights if the configuration asks for one.
 */
public final class GradientStep implements TrainingStep {
  private static final String AVERAGE = "average.";

  private final Model model;
  private final AdamW optimizer;
  private final Precision precision;
  private final Device device;
  private final double maxGradientNorm;
  private final @Nullable WeightAverage average;
  private long done;

  /** A step for a model, without its state. */
  public GradientStep(Model model, TrainingConfig config, Device device) {
    this.model = model;
    this.device = device;
    precision = Precision.parse(config.precision()).on(device);
    maxGradientNorm = config.maxGradientNorm();
    optimizer =
        new AdamW(
            model.parameters(),
            config.beta1(),
            config.beta2(),
            config.epsilon(),
            config.weightDecay());
    average = config.averageDecay() > 0 ? new WeightAverage(model, config.averageDecay()) : null;
  }

  @Override
  public Map<String, Double> run(Batch batch, double learningRate) {
    try (var _ = new Scope()) {
      SequencedMap<String, Tensor> losses;
      try (var _ = Autocast.to(device, precision)) {
        losses = model.losses(batch);
      }
      losses.values().stream().reduce(Tensor::add).orElseThrow().backward();
      if (maxGradientNorm > 0) {
        var parameters = new TensorVector(model.parameters().values().toArray(Tensor[]::new));
        torch.clip_grad_norm_(parameters, maxGradientNorm);
      }
      optimizer.step(learningRate);
      model.afterStep();
      done++;
      if (average != null) {
        average.update(done);
      }
      var values = new LinkedHashMap<String, Double>();
      losses.forEach((name, loss) -> values.put(name, loss.item_double()));
      return values;
    }
  }

  /** The optimiser's state and the averaged weights. */
  @Override
  public SequencedMap<String, Tensor> state() {
    var state = new LinkedHashMap<String, Tensor>(optimizer.state());
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
    try (var _ = new NoGrad()) {
      state.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
    }
    this.done = done;
  }

  @Override
  public void swapResult() {
    if (average != null) {
      average.swap();
    }
  }

  @Override
  public void close() {
    optimizer.close();
    if (average != null) {
      average.close();
    }
  }
}
