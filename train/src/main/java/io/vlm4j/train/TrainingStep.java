package io.vlm4j.train;

import io.vlm4j.tensor.Batch;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * What happens to one batch: an object with state, which is saved and resumed with the run. {@link
 * GradientStep} is the usual one; systems with momentum encoders or rollouts bring their own.
 */
public interface TrainingStep extends AutoCloseable {
  /**
   * Learns from a batch.
   *
   * @return the losses by name
   */
  Map<String, Double> run(Batch batch, double learningRate);

  /** All that must be saved besides the model's parameters. */
  SequencedMap<String, Tensor> state();

  /**
   * Continues from what {@link #state} gave.
   *
   * @param done number of steps that were done then
   * @param place names where the state comes from
   */
  void load(Map<String, Tensor> state, long done, String place);

  /**
   * Exchanges the model's weights and those that the training would end with now; a second call
   * puts them back. Does nothing where they are the same.
   */
  default void swapResult() {
    // The model's own weights are the result.
  }

  @Override
  void close();
}
