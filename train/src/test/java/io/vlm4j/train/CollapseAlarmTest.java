package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CollapseAlarmTest {
  private static final double COLLAPSED = Math.log(64); // 4.16

  @Test
  void aLossThatRisesToThatOfEqualFeaturesIsToldOnce() {
    var alarm = new CollapseAlarm(OptionalDouble.of(COLLAPSED), 0);

    assertThat(alarm.loss(2)).isEmpty();
    assertThat(alarm.loss(3.9)).isEmpty();
    assertThat(alarm.loss(4.2)).hasValueSatisfying(line -> assertThat(line).contains("4.16"));
    assertThat(alarm.loss(4.2)).isEmpty();
  }

  @Test
  void aLossThatPassesByOnItsWayDownIsNotTold() {
    var alarm = new CollapseAlarm(OptionalDouble.of(COLLAPSED), 0);

    for (double loss = 8; loss > 1; loss -= 0.03) {
      assertThat(alarm.loss(loss)).as("%s", loss).isEmpty();
    }
  }

  @Test
  void aLossThatStandsThereIsTold() {
    var alarm = new CollapseAlarm(OptionalDouble.of(COLLAPSED), 0);

    for (int i = 0; i < 4; i++) {
      assertThat(alarm.loss(4.15)).isEmpty();
    }
    assertThat(alarm.loss(4.16)).isPresent();
  }

  @Test
  void whereEqualFeaturesHaveNoKnownLossNothingIsTold() {
    var alarm = new CollapseAlarm(OptionalDouble.empty(), 0);

    assertThat(alarm.loss(1)).isEmpty();
    assertThat(alarm.loss(9)).isEmpty();
  }

  @Test
  void aScoreBelowHalfOfTheFirstIsToldOnce() {
    var alarm = new CollapseAlarm(OptionalDouble.empty(), 0.6);

    assertThat(alarm.score(0.3)).isEmpty();
    assertThat(alarm.score(0.29))
        .hasValueSatisfying(
            line -> assertThat(line).contains("0.600 to 0.290").doesNotContain("\n"));
    assertThat(alarm.score(0.1)).isEmpty();
    assertThat(new CollapseAlarm(OptionalDouble.empty(), 0).score(0)).isEmpty();
  }
}
