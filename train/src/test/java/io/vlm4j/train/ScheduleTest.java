package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.Captions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.1", // warm-up: peak * (i + 1) / 10
    "4, 0.5",
    "9, 1",
    "10, 1", // cosine over the other 90 steps
    "40, 0.75",
    "55, 0.5",
    "70, 0.25",
    "99, 0.00030458649", // OpenCLIP's cosine does not reach zero either
    "100, 0"
  })
  void warmsUpAndFallsAsHalfACosine(long step, double share) {
    assertThat(new Schedule(2e-3, 10, 100).at(step)).isCloseTo(2e-3 * share, within(1e-12));
  }

  @Test
  void noWarmUpBeginsAtThePeak() {
    assertThat(new Schedule(1, 0, 10).at(0)).isEqualTo(1);
  }

  @Test
  void aTrainingOfNothingButWarmUpOnlyRises() {
    var schedule = new Schedule(1, 5, 5);

    assertThat(schedule.at(3)).isEqualTo(0.8);
    assertThat(schedule.at(4)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.1, 20", "0.999, 200", "1, 1", "50, 50", "500, 500"})
  void warmUpBelowOneIsAShareOfAllSteps(double warmup, long steps) {
    var config =
        new TrainingConfig(
            8,
            1e-3,
            0.9,
            0.98,
            1e-6,
            0.1,
            warmup,
            1,
            "f32",
            0,
            0,
            Captions.PRINCIPAL,
            Augmentation.NONE);

    assertThat(config.schedule(200)).isEqualTo(new Schedule(1e-3, steps, 200));
  }
}
