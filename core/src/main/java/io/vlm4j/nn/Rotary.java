package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary positions (RoPE, 2104.09864): component i of a query or key and the one half a width
 * further are turned as a pair, by the position times the pair's frequency. So the product of a
 * query and a key depends on how far apart they are.
 *
 * <p>Pairs are those of Hugging Face's checkpoints, halves of the width; the original Llama pairs
 * neighbours, and its conversion permutes the weights.
 *
 * @param width d, of a head, or of the part of a head that is turned
 * @param theta base of the frequencies {@code theta^(-2i/d)}
 * @param trained number of positions that the model was trained with before any scaling
 * @param scaling how frequencies are changed for longer texts
 */
public record Rotary(int width, double theta, long trained, Scaling scaling) {
  /** Checks the numbers. */
  public Rotary {
    if (width < 2 || width % 2 != 0) {
      throw new InputException("rotary positions need heads of an even width, not " + width);
    }
    if (!(theta > 1 && Double.isFinite(theta)) || trained < 1) {
      throw new InputException(
          "rotary positions need a theta above 1 and at least 1 position, not %s and %d"
              .formatted(theta, trained));
    }
  }

  /** How the frequencies of a model are changed for texts longer than those it was trained on. */
  public sealed interface Scaling {
    /** Not at all. */
    Scaling NONE = new None();

    /** Unchanged frequencies. */
    record None() implements Scaling {}

    /** All frequencies divided by a factor (2306.15595). */
    record Linear(double factor) implements Scaling {
      /** Checks the number. */
      public Linear {
        requireFactor(factor);
      }
    }

    /**
     * A larger theta as soon as a text is longer than those of the training ("dynamic NTK"): the
     * same text is turned otherwise when it has grown.
     */
    record Dynamic(double factor) implements Scaling {
      /** Checks the number. */
      public Dynamic {
        requireFactor(factor);
      }
    }

    /**
     * Llama 3.1: low frequencies are divided by a factor, high ones stay, those between are mixed.
     *
     * @param lowFrequencyFactor waves longer than the trained length over it count as low
     * @param highFrequencyFactor waves shorter than the trained length over it count as high
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor)
        implements Scaling {
      /** Checks the numbers. */
      public Llama3 {
        requireFactor(factor);
        if (!(lowFrequencyFactor > 0 && highFrequencyFactor > lowFrequencyFactor)) {
          throw new InputException(
              "the factors of low and high frequencies must rise, not be %s and %s"
                  .formatted(lowFrequencyFactor, highFrequencyFactor));
        }
      }
    }

    /**
     * YaRN (2309.00071): a ramp over the pairs between dividing and not, and sharper attention.
     *
     * @param betaFast pairs that turn more often than this in a trained text stay
     * @param betaSlow pairs that turn less often are divided
     * @param magnitude of turned queries and keys
     */
    record Yarn(double factor, double betaFast, double betaSlow, double magnitude)
        implements Scaling {
      /** Checks the numbers. */
      public Yarn {
        requireFactor(factor);
        if (!(betaSlow > 0 && betaFast >= betaSlow && magnitude > 0)) {
          throw new InputException(
              "YaRN needs 0 < betaSlow <= betaFast and a magnitude above 0, not %s, %s, %s"
                  .formatted(betaSlow, betaFast, magnitude));
        }
      }

      /** The paper's magnitude for a factor. */
      public static double usualMagnitude(double factor) {
        return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
      }
    }

    private static void requireFactor(double factor) {
      if (!(factor >= 1 && Double.isFinite(factor))) {
        throw new InputException(
            "the factor of rotary positions must be at least 1, not " + factor);
      }
    }
  }

  /**
   * The turns of some positions.
   *
   * @param cos of each pair's angle, f32 {@code [B or 1, 1, L, d/2]}
   * @param sin of it
   */
  public record Angles(Tensor cos, Tensor sin) {
    /**
     * Turns queries or keys {@code [B, H, L, d]}; the result is of their type. What heads have
     * beyond the width that is turned stays as it is.
     */
    Tensor turn(Tensor x) {
      long half = cos.size(3);
      Tensor a = Tensors.slice(x, 3, 0, half);
      Tensor b = Tensors.slice(x, 3, half, 2 * half);
      var parts = new TensorVector(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin)));
      if (2 * half < x.size(3)) {
        parts.push_back(Tensors.slice(x, 3, 2 * half, x.size(3)));
      }
      return torch.cat(parts, 3).to(x.scalar_type());
    }
  }

  /**
   * The turns of positions; the innermost scope owns them.
   *
   * @param positions i64 {@code [B, L]}, or {@code [1, L]} if they are the same in all rows
   * @param length one more than the highest of them, on which dynamic scaling depends
   */
  public Angles at(Tensor positions, long length) {
    float[] frequencies = frequencies(length);
    Tensor each = Tensors.of(frequencies, 1, 1, 1, frequencies.length);
    Tensor at = positions.to(ScalarType.Float).view(positions.size(0), 1, positions.size(1), 1);
    Tensor angles = at.mul(each.to(positions.device(), ScalarType.Float)); // [B, 1, L, d/2]
    Tensor cos = angles.cos();
    Tensor sin = angles.sin();
    if (scaling instanceof Scaling.Yarn yarn && yarn.magnitude != 1) {
      var magnitude = new Scalar(yarn.magnitude);
      return new Angles(cos.mul(magnitude), sin.mul(magnitude));
    }
    return new Angles(cos, sin);
  }

  /** The angle by which each of the d/2 pairs turns from one position to the next. */
  float[] frequencies(long length) {
    var frequencies = new float[width / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) frequency(i, length);
    }
    return frequencies;
  }

  private double frequency(int pair, long length) {
    double plain = Math.pow(theta, -2.0 * pair / width);
    return switch (scaling) {
      case Scaling.None _ -> plain;
      case Scaling.Linear(double factor) -> plain / factor;
      case Scaling.Dynamic(double factor) -> {
        double longer = factor * Math.max(length, trained) / trained - (factor - 1);
        double base = theta * Math.pow(longer, width / (width - 2.0));
        yield width == 2 ? plain : Math.pow(base, -2.0 * pair / width);
      }
      case Scaling.Llama3(double factor, double low, double high) -> {
        double turns = trained * plain / (2 * Math.PI); // in a trained text
        double kept = Math.clamp((turns - low) / (high - low), 0, 1);
        yield (1 - kept) * plain / factor + kept * plain;
      }
      case Scaling.Yarn yarn -> {
        double from = Math.max(Math.floor(pairOf(yarn.betaFast)), 0);
        double to = Math.min(Math.ceil(pairOf(yarn.betaSlow)), width - 1);
        double divided = Math.clamp((pair - from) / (from == to ? 0.001 : to - from), 0, 1);
        yield divided * plain / yarn.factor + (1 - divided) * plain;
      }
    };
  }

  /** The pair, between whole ones, that turns so often in a trained text. */
  private double pairOf(double turns) {
    return width * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }
}
