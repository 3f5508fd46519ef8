package io.vlm4j.train;

import io.vlm4j.model.Model;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Operator;
import io.vlm4j.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * The running mean of a model's weights (1803.05407): smoother than the last ones, and often
 * better. Frozen parameters have none. Early on it forgets faster, at {@code (1 + n) / (10 + n)},
 * so that the random start is left behind.
 */
final class WeightAverage implements AutoCloseable {
  private static final Operator LERP = Operator.aten("_foreach_lerp_", "Scalar");

  private final SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> means = new LinkedHashMap<>();
  private final double decay;

  WeightAverage(Model model, double decay) {
    model
        .parameters()
        .forEach((name, value) -> {
          if (value.requires_grad()) {
            parameters.put(name, value);
          }
        });
    this.decay = decay;
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      parameters.forEach((name, value) -> means.put(name, Scope.keep(value.detach().clone())));
    }
  }

  /** Takes the weights after {@code done} steps in. */
  void update(long done) {
    double d = Math.min(decay, (1.0 + done) / (10.0 + done));
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      List<Tensor> now = new ArrayList<>();
      parameters.values().forEach(parameter -> now.add(parameter.detach()));
      LERP.call(List.copyOf(means.values()), now, 1 - d);
    }
  }

  /** Exchanges the model's weights and their means; a second call puts them back. */
  void swap() {
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      parameters.forEach((name, parameter) -> {
        Tensor mean = Objects.requireNonNull(means.get(name));
        Tensor kept = parameter.detach().clone();
        parameter.copy_(mean);
        mean.copy_(kept);
      });
    }
  }

  SequencedMap<String, Tensor> state() {
    return means;
  }

  @Override
  public void close() {
    means.values().forEach(Tensor::close);
  }
}
