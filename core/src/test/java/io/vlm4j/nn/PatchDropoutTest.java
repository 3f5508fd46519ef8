package io.vlm4j.nn;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.HashSet;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchDropoutTest {
  /** Two pictures of tokens that are numbered: 100 b + n, each of width 2. */
  private static Tensor tokens(int count) {
    var values = new float[2 * count * 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 2 / count * 100 + i / 2 % count;
    }
    return Tensors.of(values, 2, count, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "16, 0.5, 8",
    "16, 0.25, 12",
    "7, 0.5, 3",
    "16, 0.75, 4",
    "4, 0.9, 1",
    "1, 0.5, 1",
    "5, 0.99, 1"
  })
  void aShareOfThePatchesIsKeptAndAtLeastOne(int patches, double probability, int kept) {
    for (int leading : new int[] {0, 1, 2}) {
      var dropout = new PatchDropout(probability, leading);
      try (var _ = new Scope()) {
        Tensor survivors = dropout.forward(tokens(leading + patches));
        assertThat(survivors.shape()).containsExactly(2, leading + kept, 2);
        float[] values = Tensors.toFloats(survivors);
        for (int b = 0; b < 2; b++) {
          float[] row =
              Arrays.copyOfRange(values, b * values.length / 2, (b + 1) * values.length / 2);
          var seen = new HashSet<Integer>();
          for (int i = 0; i < leading + kept; i++) {
            int token = Math.round(row[2 * i]) - 100 * b;
            assertThat(row[2 * i + 1]).isEqualTo(row[2 * i]); // whole vectors
            assertThat(token)
                .isBetween(i < leading ? i : leading, i < leading ? i : leading + patches);
            assertThat(seen.add(token)).isTrue();
          }
        }
      }
    }
  }

  @Test
  void everyPictureLosesPatchesOfItsOwn() {
    Engine.seed(1);
    var dropout = new PatchDropout(0.5, 0);
    try (var _ = new Scope()) {
      float[][] rows = Tensors.toRows(dropout.forward(tokens(64)).select(2, 0));
      for (float[] row : rows) {
        Arrays.sort(row);
        for (int i = 0; i < row.length; i++) {
          row[i] %= 100;
        }
      }
      assertThat(rows[0]).isNotEqualTo(rows[1]);
    }
  }

  @Test
  void inEvaluationNothingIsDropped() {
    var dropout = new PatchDropout(0.5, 1);
    dropout.setTraining(false);
    try (var _ = new Scope()) {
      Tensor x = tokens(9);
      assertThat(dropout.forward(x)).isSameAs(x);
      assertThat(new PatchDropout(0, 1).forward(x)).isSameAs(x);
    }
  }

  @Test
  void theSameSeedDropsTheSamePatches() {
    var dropout = new PatchDropout(0.5, 1);
    try (var _ = new Scope()) {
      Engine.seed(3);
      float[] first = Tensors.toFloats(dropout.forward(tokens(33)));
      float[] second = Tensors.toFloats(dropout.forward(tokens(33)));
      Engine.seed(3);
      assertThat(Tensors.toFloats(dropout.forward(tokens(33)))).isEqualTo(first);
      assertThat(second).isNotEqualTo(first);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, 2, Double.NaN})
  void aShareThatIsNoneIsRefused(double probability) {
    assertRefused(() -> new PatchDropout(probability, 0), "" + probability);
  }
}
