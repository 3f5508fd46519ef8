package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A codebook (1711.00937): each vector becomes the nearest of K codes. The gradient passes through
 * as if nothing had happened.
 *
 * <p>The codes are parameters, moved by a loss of their caller's, or running means of the vectors
 * that chose them (its appendix A.1), which are buffers. Either way the share of each code in what
 * was seen is kept as a running mean; codes that hardly anything chooses may begin anew as vectors
 * of the last batch.
 */
public final class VectorQuantizer extends Module {
  private final Config config;
  private final Tensor codes;
  private final Statistics statistics;
  private @Nullable Tensor seen; // [N, d] and [N], of the last batch in training
  private @Nullable Tensor chosen;

  /**
   * What a codebook is made of.
   *
   * @param size K
   * @param width d, of codes and vectors
   * @param averaged whether codes are running means instead of parameters
   * @param decay of all running means, gamma
   * @param epsilon of the Laplace smoothing of counts: what each is taken to have besides
   * @param restartBelow codes whose share is below this times the mean share 1/K begin anew; 0 for
   *     none
   */
  public record Config(
      int size, int width, boolean averaged, double decay, double epsilon, double restartBelow) {
    /** Checks the numbers. */
    public Config {
      if (size < 2 || width < 1) {
        throw new InputException(
            "a codebook needs at least two codes of width 1, not %d of width %d"
                .formatted(size, width));
      }
      if (!(decay >= 0 && decay < 1)) {
        throw new InputException("a codebook's decay must lie in [0, 1), not " + decay);
      }
      if (!(epsilon > 0 && epsilon < 1)) {
        throw new InputException("a codebook's epsilon must lie in (0, 1), not " + epsilon);
      }
      if (!(restartBelow >= 0 && restartBelow < 1)) {
        throw new InputException("restartBelow must lie in [0, 1), not " + restartBelow);
      }
    }
  }

  /**
   * What becomes of a batch of vectors.
   *
   * @param passed the codes {@code [B, d, h, w]}, with the gradient going to the vectors
   * @param codes the same values, with the gradient going to the codebook
   * @param indices i64 {@code [B, h, w]}
   */
  public record Quantized(Tensor passed, Tensor codes, Tensor indices) {}

  /** With codes that are evenly distributed between -1/K and 1/K. */
  public VectorQuantizer(Config config) {
    this.config = config;
    Tensor first = Init.uniform(1.0 / config.size, config.size, config.width);
    codes = config.averaged ? buffer("weight", first) : parameter("weight", first);
    statistics = scaffold("statistics", () -> new Statistics(config));
  }

  /** The codes {@code [K, d]}. */
  public Tensor codes() {
    return codes;
  }

  /**
   * Quantizes; in training, the vectors are kept until {@link #afterStep}. To be called in the
   * scope that the results live in.
   *
   * @param z {@code [B, d, h, w]}; compared in f32 whatever the autocast
   */
  public Quantized forward(Tensor z) {
    Tensor rows = rows(z); // [N, d]
    Tensor nearest = nearest(rows);
    if (isTraining()) {
      forget();
      seen = Scope.keep(rows.detach());
      chosen = Scope.keep(nearest);
    }
    Tensor indices = nearest.view(z.size(0), z.size(2), z.size(3));
    Tensor looked = lookUp(indices);
    Tensor value = z.to(ScalarType.Float);
    // The difference is zero and its gradient one: the values are the codes' to the last bit.
    Tensor passed = looked.detach().add(value.sub(value.detach()));
    return new Quantized(passed, looked, indices);
  }

  /** The codes of indices: i64 {@code [B, h, w] -> [B, d, h, w]}. */
  public Tensor lookUp(Tensor indices) {
    return call(() -> torch.embedding(codes, indices).permute(0, 3, 1, 2).contiguous(), indices);
  }

  /** The nearest code's index of each vector: {@code [B, d, h, w] -> [B, h, w]}. */
  public Tensor indices(Tensor z) {
    return call(() -> nearest(rows(z)).view(z.size(0), z.size(2), z.size(3)), z);
  }

  private Tensor rows(Tensor z) {
    return z.to(ScalarType.Float).permute(0, 2, 3, 1).reshape(-1, config.width);
  }

  /** By {@code |e|² - 2 z e}, which has its least where the distance has. */
  private Tensor nearest(Tensor rows) {
    return call(
        () -> {
          try (var _ = new NoGrad();
              var _ = Autocast.off(rows.device())) {
            Tensor e = codes.to(ScalarType.Float);
            Tensor norms = e.square().sum(1); // [K]
            return torch
                .addmm(norms, rows.detach(), e.t(), new Scalar(1f), new Scalar(-2f))
                .argmin(new LongOptional(1), false);
          }
        },
        rows);
  }

  /**
   * Takes the last batch into the running means, moves the codes if they are such, and lets unused
   * codes begin anew. To be called after each optimiser step; does nothing without a batch.
   */
  public void afterStep() {
    if (seen == null || chosen == null) {
      return;
    }
    Tensor rows = seen;
    Tensor indices = chosen;
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      var old = new Scalar((float) config.decay);
      var fresh = new Scalar((float) (1 - config.decay));
      Tensor counts = indices.bincount(new TensorOptional(), config.size).to(ScalarType.Float);
      statistics.counts.mul_(old).add_(counts, fresh);
      if (statistics.sums != null) {
        Tensor sums = torch.zeros_like(statistics.sums).index_add_(0, indices, rows);
        statistics.sums.mul_(old).add_(sums, fresh);
        Tensor means = statistics.sums.div(smoothed().unsqueeze(1));
        Tensor wasChosen = statistics.counts.gt(new Scalar(0f)).unsqueeze(1);
        codes.copy_(torch.where(wasChosen, means, codes));
      }
      if (config.restartBelow > 0) {
        restart(rows);
      }
    }
    forget();
  }

  /** Counts as if each code had been chosen epsilon times more, of the same sum. */
  private Tensor smoothed() {
    Tensor total = statistics.counts.sum();
    Tensor factor = total.div(total.add(new Scalar(config.size * config.epsilon)));
    return statistics.counts.add(new Scalar(config.epsilon)).mul(factor);
  }

  /** The same vectors in a repeated run: they are drawn from the engine's stream of this step. */
  private void restart(Tensor rows) {
    Tensor mean = statistics.counts.mean();
    Tensor unused =
        statistics.counts.lt(mean.mul(new Scalar(config.restartBelow))).nonzero().squeeze(1);
    long count = unused.numel();
    if (count == 0) {
      return;
    }
    Tensor drawn = torch.randint(rows.size(0), new long[] {count}, indexOptions(rows));
    Tensor vectors = rows.index_select(0, drawn);
    codes.index_copy_(0, unused, vectors);
    statistics.counts.index_copy_(0, unused, mean.expand(count));
    if (statistics.sums != null) {
      statistics.sums.index_copy_(0, unused, vectors.mul(mean));
    }
  }

  private static TensorOptions indexOptions(Tensor like) {
    return new TensorOptions(ScalarType.Long).device(new DeviceOptional(like.device()));
  }

  /** exp of the entropy of the codes' shares in what was seen lately: 1 to K. */
  public double perplexity() {
    double total = 0;
    float[] counts = Tensors.toFloats(statistics.counts);
    for (float count : counts) {
      total += count;
    }
    double entropy = 0;
    for (float count : counts) {
      double share = count / Math.max(total, 1e-12);
      entropy -= share > 0 ? share * Math.log(share) : 0;
    }
    return Math.exp(entropy);
  }

  private void forget() {
    if (seen != null && chosen != null) {
      seen.close();
      chosen.close();
    }
    seen = null;
    chosen = null;
  }

  @Override
  public void close() {
    forget();
    super.close();
  }

  /** What is known of the vectors that chose each code; only training needs it. */
  private static final class Statistics extends Module {
    private final Tensor counts; // [K]
    private final @Nullable Tensor sums; // [K, d]; none for codes that are parameters

    Statistics(Config config) {
      counts = buffer("counts", Init.zeros(config.size));
      sums = config.averaged ? buffer("sums", Init.zeros(config.size, config.width)) : null;
    }
  }
}
