package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  @Test
  void stepsAreTakenAsTheyAreWithoutMeasuring() {
    long steps =
        new Budget.Steps(70)
            .steps(_ -> {
              throw new AssertionError("measured");
            });

    assertThat(steps).isEqualTo(70);
  }

  @Test
  void minutesBecomeTheStepsThatFitIntoThem() {
    assertThat(new Budget.Minutes(60).steps(_ -> 36)).isBetween(90L, 100L);
  }

  @Test
  void thereIsAlwaysOneStep() {
    assertThat(new Budget.Minutes(0.001).steps(_ -> 1000)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5})
  void aTrainingNeedsAStep(long steps) {
    assertThatThrownBy(() -> new Budget.Steps(steps))
        .isInstanceOf(InputException.class)
        .hasMessage("the number of steps must be at least 1, not " + steps);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void aTrainingNeedsTime(double minutes) {
    assertThatThrownBy(() -> new Budget.Minutes(minutes))
        .isInstanceOf(InputException.class)
        .hasMessage("the number of minutes must be positive, not " + minutes);
  }
}
