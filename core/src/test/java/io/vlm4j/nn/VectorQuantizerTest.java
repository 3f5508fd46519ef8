package io.vlm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.util.Random;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class VectorQuantizerTest {
  private static final int K = 7;
  private static final int D = 3;

  private static VectorQuantizer quantizer(
      Random random, boolean averaged, double decay, double restartBelow) {
    var quantizer =
        new VectorQuantizer(new VectorQuantizer.Config(K, D, averaged, decay, 1e-5, restartBelow));
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      quantizer.codes().copy_(Tensors.of(Randomness.normal(random, K * D), K, D));
    }
    return quantizer;
  }

  private static Tensor vectors(Random random) {
    return Tensors.of(Randomness.normal(random, 2 * D * 4 * 5), 2, D, 4, 5);
  }

  /** The nearest code at a place, by the distances themselves. */
  private static long nearest(float[] codes, float[] z, int picture, int place) {
    double least = Double.MAX_VALUE;
    int at = -1;
    for (int k = 0; k < K; k++) {
      double distance = 0;
      for (int d = 0; d < D; d++) {
        double difference = codes[k * D + d] - z[(picture * D + d) * 20 + place];
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        at = k;
      }
    }
    return at;
  }

  @Test
  void everyVectorGetsItsNearestCodeWhateverTheAutocast() {
    Random random = Randomness.ofTest();
    try (var quantizer = quantizer(random, false, 0.9, 0);
        var _ = new Scope();
        var _ = Autocast.to(new Device("cpu"), Precision.BF16)) {
      Tensor z = vectors(random);
      long[] found = Tensors.toLongs(quantizer.indices(z));
      float[] codes = Tensors.toFloats(quantizer.codes());
      float[] values = Tensors.toFloats(z);
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isEqualTo(nearest(codes, values, i / 20, i % 20));
      }
    }
  }

  @Test
  void theGradientAtTheVectorsIsThatAtTheCodesToTheLastBit() {
    Random random = Randomness.ofTest();
    try (var quantizer = quantizer(random, false, 0.9, 0);
        var _ = new Scope()) {
      Tensor weight = Tensors.of(Randomness.normal(random, 2 * D * 20), 2, D, 4, 5);
      Tensor z = vectors(random).set_requires_grad(true);
      Tensor passed = quantizer.forward(z).passed();
      passed.sin().mul(weight).sum().backward();
      Tensor e = quantizer.lookUp(quantizer.indices(z)).detach().set_requires_grad(true);
      e.sin().mul(weight).sum().backward();
      assertThat(Tensors.toFloats(passed)).containsExactly(Tensors.toFloats(e));
      assertThat(Tensors.toFloats(z.grad())).containsExactly(Tensors.toFloats(e.grad()));
      assertThat(quantizer.codes().grad().defined()).isFalse();
    }
  }

  @Test
  void codesThatAreRunningMeansFollowTheSmoothedFormula() {
    Random random = Randomness.ofTest();
    double decay = 0.7;
    try (var quantizer = quantizer(random, true, decay, 0);
        var _ = new Scope()) {
      assertThat(quantizer.parameters()).isEmpty();
      var counts = new double[K];
      var sums = new double[K][D];
      float[] before = Tensors.toFloats(quantizer.codes());
      for (int step = 0; step < 3; step++) {
        Tensor z = vectors(random);
        long[] chosen = Tensors.toLongs(quantizer.forward(z).indices());
        quantizer.afterStep();
        float[] values = Tensors.toFloats(z);
        for (int k = 0; k < K; k++) {
          counts[k] *= decay;
          for (int d = 0; d < D; d++) {
            sums[k][d] *= decay;
          }
        }
        for (int i = 0; i < chosen.length; i++) {
          int k = (int) chosen[i];
          counts[k] += 1 - decay;
          for (int d = 0; d < D; d++) {
            sums[k][d] += (1 - decay) * values[(i / 20 * D + d) * 20 + i % 20];
          }
        }
        double total = 0;
        for (double count : counts) {
          total += count;
        }
        float[] codes = Tensors.toFloats(quantizer.codes());
        for (int k = 0; k < K; k++) {
          double smoothed = (counts[k] + 1e-5) / (total + K * 1e-5) * total;
          for (int d = 0; d < D; d++) {
            double expected = counts[k] > 0 ? sums[k][d] / smoothed : before[k * D + d];
            assertThat(codes[k * D + d]).isCloseTo((float) expected, within(1e-4f));
          }
        }
      }
    }
  }

  @Test
  void unusedCodesBeginAnewAsVectorsOfTheBatchTheSameForASeed() {
    float[] first = restarted(11);
    assertThat(restarted(11)).containsExactly(first);
  }

  private static float[] restarted(long seed) {
    Random random = Randomness.seeded(seed);
    try (var quantizer = quantizer(random, false, 0.9, 0.5);
        var _ = new Scope()) {
      try (var _ = new NoGrad()) {
        quantizer.codes().narrow(0, 1, K - 1).fill_(new Scalar(100f));
      }
      Tensor z = vectors(random);
      quantizer.forward(z);
      Engine.seed(seed);
      quantizer.afterStep();
      float[] codes = Tensors.toFloats(quantizer.codes());
      float[] values = Tensors.toFloats(z);
      for (int k = 1; k < K; k++) {
        assertThat(isAmong(codes, k, values)).as("code %d is a vector", k).isTrue();
      }
      return codes;
    }
  }

  private static boolean isAmong(float[] codes, int k, float[] values) {
    for (int i = 0; i < 40; i++) {
      boolean same = true;
      for (int d = 0; d < D; d++) {
        same &= codes[k * D + d] == values[(i / 20 * D + d) * 20 + i % 20];
      }
      if (same) {
        return true;
      }
    }
    return false;
  }

  @Test
  void inEvaluationNothingIsKeptAndNothingMoves() {
    Random random = Randomness.ofTest();
    try (var quantizer = quantizer(random, true, 0.5, 0.5);
        var _ = new Scope()) {
      quantizer.setTraining(false);
      float[] before = Tensors.toFloats(quantizer.codes());
      quantizer.forward(vectors(random));
      quantizer.afterStep();
      assertThat(Tensors.toFloats(quantizer.codes())).containsExactly(before);
      assertThat(quantizer.perplexity()).isEqualTo(1);
    }
  }
}
