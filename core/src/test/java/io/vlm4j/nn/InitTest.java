package io.vlm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class InitTest {
  @Test
  void unsetParametersHaveTheTypeAndDrawNothing() {
    try (var _ = new Scope()) {
      Engine.seed(1);
      float[] expected = Tensors.toFloats(Init.normal(1, 4));
      Engine.seed(1);
      try (var _ = Init.unset(ScalarType.BFloat16)) {
        assertThat(Init.normal(1, 2, 3).scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        assertThat(Init.constant(7).shape()).isEmpty();
      }
      assertThat(Tensors.toFloats(Init.normal(1, 4))).containsExactly(expected);
    }
  }

  /** Four petabytes. */
  @Test
  void shapesTakeNoMemory() {
    try (var _ = new Scope();
        var _ = Init.shapes()) {
      Tensor huge = Init.zeros(1L << 25, 1L << 25);
      assertThat(huge.shape()).containsExactly(1L << 25, 1L << 25);
    }
  }

  @Test
  void oneWithinAnotherEndsFirst() {
    try (var _ = new Scope();
        var _ = Init.unset(ScalarType.Half)) {
      try (var _ = Init.shapes()) {
        assertThat(Init.zeros(2).is_meta()).isTrue();
      }
      assertThat(Init.zeros(2).is_meta()).isFalse();
      assertThat(Init.zeros(2).scalar_type().intern()).isEqualTo(ScalarType.Half);
    }
    try (var _ = new Scope()) {
      assertThat(Tensors.toFloats(Init.constant(3, 2))).containsExactly(3, 3);
    }
  }
}
