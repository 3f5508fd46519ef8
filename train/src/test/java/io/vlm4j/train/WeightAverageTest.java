package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.model.Model;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WeightAverageTest {
  private final Colours colours = new Colours();
  private final Model model = colours.spec.create();

  @AfterEach
  void close() {
    model.close();
    colours.close();
  }

  @Test
  void theMeanForgetsAtTheDecayAndFasterEarlyOn() {
    fill(1);
    try (var average = new WeightAverage(model, 0.5)) {
      double expected = 1;
      for (int done = 1; done <= 20; done++) {
        fill(done);
        average.update(done);
        double decay = Math.min(0.5, (1.0 + done) / (10.0 + done));
        expected = decay * expected + (1 - decay) * done;
      }

      average.swap();

      assertThat((double) first()).isCloseTo(expected, within(1e-4));
    }
  }

  @Test
  void theMeanStartsAtTheWeightsItWasMadeWith() {
    fill(3);
    try (var average = new WeightAverage(model, 0.9)) {
      fill(7);

      average.swap();

      assertThat(first()).isEqualTo(3);
    }
  }

  @Test
  void swappingTwiceChangesNotABit() {
    float[][] before = weights();
    try (var average = new WeightAverage(model, 0.9)) {
      fill(2);
      float[][] filled = weights();

      average.swap();
      assertThat(weights()).isDeepEqualTo(before);
      average.swap();

      assertThat(weights()).isDeepEqualTo(filled);
    }
  }

  @Test
  void theMeansAreNamedAsTheParameters() {
    try (var average = new WeightAverage(model, 0.9)) {
      assertThat(average.state().keySet()).isEqualTo(model.parameters().keySet());
    }
  }

  private void fill(double value) {
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      model.parameters().values().forEach(parameter -> parameter.fill_(new Scalar(value)));
    }
  }

  private float first() {
    float[] values = Tensors.toFloats(model.parameters().firstEntry().getValue());
    assertThat(Arrays.equals(values, 0, 1, values, values.length - 1, values.length)).isTrue();
    return values[0];
  }

  private float[][] weights() {
    return model.parameters().values().stream()
        .map((Tensor parameter) -> Tensors.toFloats(parameter))
        .toArray(float[][]::new);
  }
}
