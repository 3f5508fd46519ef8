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
  @Test
  void inTrainingAShareIsDroppedAndTheMeanStays() {
    Engine.seed(1);
    try (var dropout = new Dropout(0.2);
        var _ = new Scope()) {
      dropout.setTraining(true);
      Tensor y = dropout.forward(torch.ones(100, 100));
      float[] values = Tensors.toFloats(y);
      int dropped = 0;
      for (float value : values) {
        assertThat(value).isIn(0f, 1.25f);
        dropped += value == 0 ? 1 : 0;
      }
      assertThat(dropped / 10_000.0).isCloseTo(0.2, within(0.02));
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
