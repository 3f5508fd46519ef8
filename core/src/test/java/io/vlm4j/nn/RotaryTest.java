package io.vlm4j.nn;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Expected frequencies were computed in Python, in f64, from the published definitions. */
class RotaryTest {
  private static Rotary rotary(double theta, long trained, Rotary.Scaling scaling) {
    return new Rotary(16, theta, trained, scaling);
  }

  private static void assertFrequencies(Rotary rotary, double... expected) {
    float[] frequencies = rotary.frequencies(1);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) frequencies[i])
          .as("pair %d", i)
          .isCloseTo(expected[i], within(1e-6 * expected[i]));
    }
  }

  @Test
  void withoutScalingAPairTurnsByAPowerOfTheta() {
    assertFrequencies(rotary(10_000, 100, Rotary.Scaling.NONE), 1, Math.pow(10, -0.5), 0.1);
    assertFrequencies(
        rotary(10_000, 100, new Rotary.Scaling.Linear(4)), 0.25, Math.pow(10, -0.5) / 4, 0.025);
  }

  @Test
  void llama3DividesLowFrequenciesAndMixesThoseBetween() {
    assertFrequencies(
        rotary(500_000, 8192, new Rotary.Scaling.Llama3(8, 1, 4)),
        1.0,
        0.19392274474868576,
        0.03760603093086393,
        0.0072926647372171085,
        0.0005248461609929547,
        3.428102195952591e-05,
        6.647869871181236e-06,
        1.2891731721515574e-06);
  }

  @Test
  void yarnRampsFromKeepingToDividing() {
    assertThat(Rotary.Scaling.Yarn.usualMagnitude(4)).isCloseTo(1.138629436111989, within(1e-12));
    assertFrequencies(
        rotary(1_000_000, 32_768, new Rotary.Scaling.Yarn(4, 32, 1, 1)),
        1.0,
        0.17782794100389226,
        0.03162277660168379,
        0.004217559938927618,
        0.0005,
        4.445698525097307e-05,
        7.905694150420949e-06,
        1.4058533129758728e-06);
  }

  @Test
  void dynamicScalingBeginsWhenATextIsLongerThanThoseOfTheTraining() {
    Rotary rotary = rotary(10_000, 100, new Rotary.Scaling.Dynamic(2));
    assertThat(rotary.frequencies(50)[7]).isCloseTo(0.00031622776601683794f, within(1e-10f));
    assertThat(rotary.frequencies(100)).isEqualTo(rotary.frequencies(50));
    assertThat(rotary.frequencies(250)[6]).isCloseTo(0.00030475341355111886f, within(1e-10f));
    assertThat(rotary.frequencies(250)[7]).isCloseTo(7.905694150420948e-05f, within(1e-11f));
  }

  @Test
  void whatHeadsHaveBeyondTheTurnedWidthStays() {
    try (var _ = new Scope()) {
      Rotary.Angles angles =
          new Rotary(4, 100, 10, Rotary.Scaling.NONE).at(Tensors.of(new long[] {3}, 1, 1), 4);
      Tensor part = Tensors.of(new float[] {1, 2, 3, 4}, 1, 1, 1, 4);
      Tensor whole = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 1, 1, 1, 6);
      float[] turned = Tensors.toFloats(angles.turn(part));
      assertThat(Tensors.toFloats(angles.turn(whole)))
          .containsExactly(turned[0], turned[1], turned[2], turned[3], 5, 6);
    }
  }

  @Test
  void aPairIsTurnedByItsAngle() {
    try (var _ = new Scope()) {
      Rotary rotary = new Rotary(4, 100, 10, Rotary.Scaling.NONE); // frequencies 1 and 0.1
      float[] x = {1, 2, 3, 4};
      Tensor turned =
          rotary.at(Tensors.of(new long[] {5}, 1, 1), 6).turn(Tensors.of(x, 1, 1, 1, 4));
      assertThat(Tensors.toFloats(turned))
          .containsExactly(
              new float[] {
                (float) (Math.cos(5) - 3 * Math.sin(5)),
                (float) (2 * Math.cos(0.5) - 4 * Math.sin(0.5)),
                (float) (3 * Math.cos(5) + Math.sin(5)),
                (float) (4 * Math.cos(0.5) + 2 * Math.sin(0.5))
              },
              within(1e-5f));
    }
  }

  @Test
  void productsDependOnDistancesAlone() {
    Random random = Randomness.ofTest();
    try (var _ = new Scope()) {
      Rotary rotary = rotary(10_000, 100, Rotary.Scaling.NONE);
      Tensor q = Tensors.of(Randomness.normal(random, 16), 1, 1, 1, 16);
      Tensor k = Tensors.of(Randomness.normal(random, 16), 1, 1, 1, 16);
      double near = product(rotary, q, 9, k, 4);
      assertThat(product(rotary, q, 69, k, 64)).isCloseTo(near, within(1e-4));
      assertThat(product(rotary, q, 9, k, 5)).isNotCloseTo(near, within(1e-2));
    }
  }

  private static double product(Rotary rotary, Tensor q, long at, Tensor k, long to) {
    Tensor a = rotary.at(Tensors.of(new long[] {at}, 1, 1), at + 1).turn(q);
    Tensor b = rotary.at(Tensors.of(new long[] {to}, 1, 1), to + 1).turn(k);
    return a.mul(b).sum().item_double();
  }

  @Test
  void gradientsAreThoseOfDifferences() {
    Random random = Randomness.ofTest();
    try (var _ = new Scope()) {
      var angles =
          rotary(100, 10, new Rotary.Scaling.Yarn(2, 4, 1, 1.3))
              .at(Tensors.of(new long[] {0, 3, 7, 1, 2, 3}, 2, 3), 8);
      Tensor x = Tensors.of(Randomness.normal(random, 2 * 2 * 3 * 16), 2, 2, 3, 16);
      x.set_requires_grad(true);
      Gradients.check(random, Map.of("x", x), () -> angles.turn(x));
    }
  }

  @Test
  void impossibleNumbersAreRefused() {
    assertRefused(() -> new Rotary(5, 10_000, 10, Rotary.Scaling.NONE), "5");
    assertRefused(() -> new Rotary(4, 1, 10, Rotary.Scaling.NONE), "theta");
    assertRefused(() -> new Rotary.Scaling.Linear(0.5), "0.5");
    assertRefused(() -> new Rotary.Scaling.Llama3(8, 4, 1), "4.0", "1.0");
  }
}
