package io.vlm4j.eval.metric.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VideoAnswersTest {
  private static final List<String> OPTIONS = List.of("a cat", "a dog", "dog and cat");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "B|1",
        "(b)|1",
        "C.|2",
        "A. a cat|0",
        "a cat|0",
        "The Cat!|0",
        "It is the dog.|1",
        "a|0",
        "D|-1",
        "a horse|-1",
        "dog and cat|2",
        "a cat or a dog|-1"
      })
  void anAnswerTakesTheOptionThatItNames(String answer, int option) {
    assertThat(ChosenOption.of(answer, OPTIONS)).isEqualTo(option);
  }

  @Test
  void accuracyIsTheShareOfRightOptions() {
    assertThat(
            ChosenOption.accuracy(
                    List.of("A", "dog", "neither", "C"),
                    List.of(OPTIONS, OPTIONS, OPTIONS, OPTIONS),
                    List.of(0, 0, 0, 2))
                .overall())
        .isEqualTo(0.5);
  }

  @Test
  void theErrorOfACountIsSquared() {
    assertThat(CountError.number("about 12 times")).isEqualTo(12);
    assertThat(CountError.number("Three times.")).isEqualTo(3);
    assertThat(CountError.number("often")).isEqualTo(-1);
    // (3 - 5)^2, (10 - 10)^2, no number counts as 0: (0 - 2)^2
    assertThat(CountError.of(List.of("three", "10", "often"), List.of(5, 10, 2)).overall())
        .isEqualTo(8 / 3.0);
  }
}
