package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionsTest {
  @Test
  void textsThatShareWordsShareTheTarget() {
    try (var _ = new Scope()) {
      float[] targets =
          Tensors.toFloats(
              new Captions(1, 0, 0.2).targets(List.of("flag chad", "flag mali", "apple")));

      // "flag" is in two texts and weighs 1/3, the others 1/2: cosine (1/3) / (5/6), squared .16.
      double own = 0.8 + 0.2 / 1.16;
      double other = 0.2 * 0.16 / 1.16;
      double[] expected = {own, other, 0, other, own, 0, 0, 0, 1};
      for (int i = 0; i < 9; i++) {
        assertThat((double) targets[i]).as("target %d", i).isCloseTo(expected[i], within(1e-6));
      }
    }
  }

  @Test
  void equalTextsFitEachOthersPictures() {
    try (var _ = new Scope()) {
      float[] targets =
          Tensors.toFloats(new Captions(1, 0, 0.5).targets(List.of("a cat", "a cat")));

      assertThat(targets).containsExactly(0.75f, 0.25f, 0.25f, 0.75f);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "principalShare, 1.5, 0, 0",
    "principalShare, -1, 0, 0",
    "unknownWords, 1, 1, 0",
    "sharedWords, 1, 0, 1",
    "sharedWords, 1, 0, NaN"
  })
  void anImpossibleShareIsRefusedByName(String name, double a, double b, double c) {
    assertThatThrownBy(() -> new Captions(a, b, c))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(name + " must lie in [0, 1");
  }
}
