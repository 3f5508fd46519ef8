package io.vlm4j.train;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.Captions;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Precision;
import java.util.List;

/**
 * How a model is trained.
 *
 * @param batchSize pairs a step
 * @param learningRate the highest rate
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon in AdamW's denominator
 * @param weightDecay of matrices; vectors and scalars do not decay
 * @param warmup steps of rising learning rate if at least 1, else their share of all steps
 * @param maxGradientNorm bound of the gradient's norm; 0 for none
 * @param precision {@code f32}, {@code bf16}, or {@code auto} for the device's quickest
 * @param averageDecay decay of the running mean of weights that is kept as the result; 0 keeps the
 *     last weights
 * @param seed of all chance
 * @param captions choice and changes of texts
 * @param augmentation changes of pictures
 * @param layerDecay factor on the learning rate from each layer of a tower to the one below it; 1
 *     for none
 * @param rules for parameters that are trained otherwise than the rest
 * @param groupByLength of how many batches in a row the samples are cut anew by length, so that
 *     little of a batch is padding; 1 for none
 */
public record TrainingConfig(
    int batchSize,
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double warmup,
    double maxGradientNorm,
    String precision,
    double averageDecay,
    long seed,
    Captions captions,
    Augmentation augmentation,
    double layerDecay,
    List<ParameterRule> rules,
    int groupByLength) {
  /** Checks the numbers. */
  public TrainingConfig {
    require(batchSize >= 1, "batchSize must be at least 1, not " + batchSize);
    require(isPositive(learningRate), "learningRate must be positive, not " + learningRate);
    require(isShare(beta1) && isShare(beta2), "beta1 and beta2 must lie in [0, 1)");
    require(isPositive(epsilon), "epsilon must be positive, not " + epsilon);
    require(isBound(weightDecay), "weightDecay must be at least 0, not " + weightDecay);
    require(isBound(warmup), "warmup must be at least 0, not " + warmup);
    require(isBound(maxGradientNorm), "maxGradientNorm must be at least 0, not " + maxGradientNorm);
    require(isShare(averageDecay), "averageDecay must lie in [0, 1), not " + averageDecay);
    require(layerDecay > 0 && layerDecay <= 1, "layerDecay must lie in (0, 1], not " + layerDecay);
    require(groupByLength >= 1, "groupByLength must be at least 1, not " + groupByLength);
    rules = List.copyOf(rules);
    require(
        Precision.parse(precision) != Precision.INT8,
        "precision int8 is for models in use: train in f32, bf16 or auto");
  }

  /** Trains every parameter alike. */
  public TrainingConfig(
      int batchSize,
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double warmup,
      double maxGradientNorm,
      String precision,
      double averageDecay,
      long seed,
      Captions captions,
      Augmentation augmentation) {
    this(
        batchSize,
        learningRate,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        warmup,
        maxGradientNorm,
        precision,
        averageDecay,
        seed,
        captions,
        augmentation,
        1,
        List.of(),
        1);
  }

  private static boolean isPositive(double value) {
    return value > 0 && Double.isFinite(value);
  }

  private static boolean isBound(double value) {
    return value >= 0 && Double.isFinite(value);
  }

  private static boolean isShare(double value) {
    return value >= 0 && value < 1;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InputException(message);
    }
  }

  /** The learning rate over a training of so many steps. */
  public Schedule schedule(long steps) {
    return new Schedule(
        learningRate, warmup < 1 ? Math.round(warmup * steps) : Math.round(warmup), steps);
  }
}
