package io.vlm4j.model;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PositionsTest {
  /** The cases of {@code src/test/python/positions.py}. */
  @Test
  void gridsAreInterpolatedAsPyTorchDoes() throws IOException {
    try (var in =
            Objects.requireNonNull(PositionsTest.class.getResourceAsStream("positions.json"));
        var _ = new Scope()) {
      var cases = Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      assertThat(cases).hasSize(4);
      for (JsonNode example : cases) {
        Tensor table = matrix(example.path("table"));
        Tensor expected = matrix(example.path("resized"));
        var grid = new Positions.Grid(example.path("leading").asInt());
        assertThat(grid.adaptation(table.size(0), expected.size(0))).startsWith("interpolated");
        assertThat(distance(grid.adapted(table, expected.size(0)), expected)).isLessThan(2e-6);
      }
    }
  }

  private static Tensor matrix(JsonNode rows) {
    int width = rows.path(0).size();
    var values = new float[rows.size() * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rows.path(i / width).path(i % width).asDouble();
    }
    return Tensors.of(values, rows.size(), width);
  }

  @Test
  void whatIsNoSquareCannotBeInterpolated() {
    var grid = new Positions.Grid(1);
    assertThat(grid.adaptation(17, 50)).isEqualTo("interpolated from 4 x 4 to 7 x 7");
    assertThat(grid.adaptation(16, 50)).isNull();
    assertThat(grid.adaptation(17, 49)).isNull();
    assertThat(grid.adaptation(1, 50)).isNull();
  }

  @Test
  void textsBecomeShorterButNotLonger() {
    var texts = new Positions.Sequence(0);
    assertThat(texts.adaptation(77, 32)).isEqualTo("cut after 32 positions");
    assertThat(texts.adaptation(32, 77)).isNull();
    try (var _ = new Scope()) {
      Tensor table = torch.randn(5, 2);
      assertThat(distance(texts.adapted(table, 3), Tensors.slice(table, 0, 0, 3))).isZero();
      var beforeOne = new Positions.Sequence(1);
      assertThat(beforeOne.adaptation(5, 3)).isEqualTo("cut after 2 positions");
      long[] kept = {0, 1, 4};
      assertThat(distance(beforeOne.adapted(table, 3), table.index_select(0, Tensors.of(kept, 3))))
          .isZero();
    }
  }
}
