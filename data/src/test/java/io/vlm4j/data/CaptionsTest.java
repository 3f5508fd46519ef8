package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionsTest {
  private static float[] targets(double sharedWords, Sample... samples) {
    try (var _ = new Scope()) {
      return Tensors.toFloats(new Captions(1, 0, sharedWords).targets(List.of(samples)));
    }
  }

  private static Sample sample(String... texts) {
    Supplier<Pixels> none =
        () -> {
          throw new AssertionError("targets need no pictures");
        };
    return Sample.pair(texts[0], "test", Picture.drawn(texts[0], none), List.of(texts), Map.of());
  }

  @Test
  void samplesWhoseTextsShareWordsShareTheTarget() {
    float[] targets =
        targets(0.2, sample("flag chad"), sample("mali", "mali flag"), sample("apple"));

    // "flag" is in two texts and weighs 1/3, the others 1/2: cosine (1/3) / (5/6), squared .16.
    double own = 0.8 + 0.2 / 1.16;
    double other = 0.2 * 0.16 / 1.16;
    double[] expected = {own, other, 0, other, own, 0, 0, 0, 1};
    for (int i = 0; i < 9; i++) {
      assertThat((double) targets[i]).as("target %d", i).isCloseTo(expected[i], within(1e-6));
    }
  }

  @Test
  void equalTextsFitEachOthersPictures() {
    assertThat(targets(0.5, sample("a cat"), sample("a cat")))
        .containsExactly(0.75f, 0.25f, 0.25f, 0.75f);
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
