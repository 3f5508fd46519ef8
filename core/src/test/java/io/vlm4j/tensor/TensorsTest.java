package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TensorsTest {
  @Test
  void arraysAreCopiedInRowMajorOrder() {
    try (var _ = new Scope()) {
      float[] values = {1, 2, 3, 4, 5, 6};
      Tensor tensor = Tensors.of(values, 2, 3);
      values[0] = 7;
      assertThat(tensor.shape()).containsExactly(2, 3);
      assertThat(Tensors.toFloats(tensor)).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(Tensors.toFloats(tensor.t())).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(Tensors.toRows(tensor)).isEqualTo(new float[][] {{1, 2, 3}, {4, 5, 6}});
      assertThat(Tensors.toFloats(Tensors.slice(tensor, 1, 1, 3))).containsExactly(2, 3, 5, 6);
    }
  }

  @Test
  void numbersOfOtherTypesAreConverted() {
    try (var _ = new Scope()) {
      Tensor longs = Tensors.of(new long[] {-1, 1L << 40}, 2);
      assertThat(Tensors.toLongs(longs)).containsExactly(-1, 1L << 40);
      assertThat(Tensors.toFloats(Tensors.of(new float[] {1.5f}, 1).to(ScalarType.BFloat16)))
          .containsExactly(1.5f);
      assertThat(Tensors.toLongs(longs.ne(longs))).containsExactly(0, 0);
    }
  }

  @Test
  void emptyTensorsAreEmptyArrays() {
    try (var _ = new Scope()) {
      assertThat(Tensors.toFloats(Tensors.of(new float[0], 0, 3))).isEmpty();
      assertThat(Tensors.toLongs(Tensors.of(new long[0], 0))).isEmpty();
      assertThat(Tensors.toRows(Tensors.of(new float[0], 0, 3)).length).isZero();
      assertThat(Tensors.bytes(Tensors.empty(ScalarType.Float, 0)).remaining()).isZero();
    }
  }

  @Test
  void bytesAreTheTensorsOwn() {
    try (var _ = new Scope()) {
      Tensor tensor = Tensors.of(new float[] {1, 2}, 2);
      Tensors.bytes(tensor).putFloat(4, 9);
      assertThat(Tensors.toFloats(tensor)).containsExactly(1, 9);
      Tensor transposed = Tensors.of(new float[4], 2, 2).t();
      assertThatIllegalArgumentException().isThrownBy(() -> Tensors.bytes(transposed));
    }
  }

  @Test
  void valuesThatDoNotFillTheShapeAreRefused() {
    assertThatExceptionOfType(TensorException.class)
        .isThrownBy(() -> Tensors.of(new float[5], 2, 3))
        .withMessage("5 values do not fill a tensor of shape [2, 3]");
  }
}
