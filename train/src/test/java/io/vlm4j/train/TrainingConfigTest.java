package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingConfigTest {
  @ParameterizedTest
  @CsvSource({
    "batchSize, 0",
    "learningRate, 0",
    "learningRate, -1",
    "learningRate, NaN",
    "beta1, 1",
    "beta2, -0.1",
    "epsilon, 0",
    "weightDecay, -1",
    "warmup, -1",
    "maxGradientNorm, -1",
    "averageDecay, 1",
    "precision, f17",
    "precision, int8",
    "learningRate, Infinity",
    "epsilon, NaN",
    "warmup, Infinity",
    "layerDecay, 0",
    "layerDecay, 1.1",
    "groupByLength, 0"
  })
  void anImpossibleValueIsRefusedByName(String name, String value) {
    assertThatThrownBy(() -> Colours.config(Map.of(name, number(value))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "batchSize, 1",
    "beta1, 0",
    "weightDecay, 0",
    "maxGradientNorm, 0",
    "averageDecay, 0.999",
    "precision, bf16",
    "precision, auto",
    "precision, amp_bf16",
    "seed, -1"
  })
  void valuesAtTheEdgeAreTaken(String name, String value) {
    assertThatCode(() -> Colours.config(Map.of(name, number(value)))).doesNotThrowAnyException();
  }

  private static Object number(String value) {
    if (value.contains("f") || value.equals("auto") || value.equals("int8")) {
      return value.equals("Infinity") ? (Object) Double.POSITIVE_INFINITY : value;
    }
    return value.matches("-?\\d+") ? (Object) Integer.valueOf(value) : Double.valueOf(value);
  }
}
