package io.vlm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.2, 0.5, 0.9})
  void inTrainingAShareIsDroppedAndTheMeanStays(double share) {
    Engine.seed(1);
    try (var dropout = new Dropout(share);
        var _ = new Scope()) {
      dropout.setTraining(true);
      Tensor y = dropout.forward(torch.ones(101, 101)); // no multiple of four
      float[] values = Tensors.toFloats(y);
      int dropped = 0;
      for (float value : values) {
        if (value != 0) {
          assertThat(value * (1 - share)).isCloseTo(1, within(2e-4));
        }
        dropped += value == 0 ? 1 : 0;
      }
      double deviation = Math.sqrt(share * (1 - share) / values.length);
      assertThat(dropped / (double) values.length).isCloseTo(share, within(4 * deviation));
      assertThat(y.shape()).containsExactly(101, 101);
    }
  }

  @Test
  void neighboursAreDroppedIndependently() {
    Engine.seed(2);
    try (var dropout = new Dropout(0.5);
        var _ = new Scope()) {
      dropout.setTraining(true);
      float[] values = Tensors.toFloats(dropout.forward(torch.ones(40_000)));
      for (int distance = 1; distance <= 4; distance++) { // the bits of four come from one draw
        int alike = 0;
        for (int i = distance; i < values.length; i++) {
          alike += values[i] == values[i - distance] ? 1 : 0;
        }
        assertThat(alike / 40_000.0).as("distance %s", distance).isCloseTo(0.5, within(0.01));
      }
    }
  }

  @Test
  void gradientsPassWhereNothingIsDropped() {
    Engine.seed(3);
    try (var dropout = new Dropout(0.5);
        var _ = new Scope()) {
      dropout.setTraining(true);
      Tensor x = torch.ones(30).set_requires_grad(true);
      Tensor y = dropout.forward(x);
      y.sum().backward();
      assertThat(Tensors.toFloats(x.grad())).containsExactly(Tensors.toFloats(y), within(1e-6f));
    }
  }

  @Test
  void inUseNothingIsDropped() {
    try (var dropout = new Dropout(0.2);
        var _ = new Scope()) {
      dropout.setTraining(false);
      assertThat(Tensors.toFloats(dropout.forward(torch.ones(10, 10)))).containsOnly(1f);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void anImpossibleShareIsRefused(double share) {
    assertThatThrownBy(() -> new Dropout(share))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dropout must lie in [0, 1)");
  }
}
