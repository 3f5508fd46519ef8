package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class OperatorTest {
  @Test
  void anOperatorChangesItsArguments() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[] {1, 2}, 2);
      Operator.aten("add_", "Tensor").call(x, Tensors.of(new float[] {10, 20}, 2), 2.0);
      assertThat(Tensors.toFloats(x)).containsExactly(21, 42);
    }
  }

  @Test
  void listsOfTensorsAndAbsentArgumentsAreTaken() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[] {1, 2}, 2);
      Tensor y = Tensors.of(new float[] {3}, 1);
      Operator.aten("_foreach_mul_", "Scalar").call(List.of(x, y), 2.0);
      assertThat(Tensors.toFloats(x)).containsExactly(2, 4);
      assertThat(Tensors.toFloats(y)).containsExactly(6);
      Operator.aten("clamp_", "").call(x, 3.0, null);
      assertThat(Tensors.toFloats(x)).containsExactly(3, 4);
      Operator.aten("cumsum_", "").call(x, 0L, null);
      assertThat(Tensors.toFloats(x)).containsExactly(3, 7);
    }
  }

  @Test
  void aResultOutlivesTheCall() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[] {1, 2}, 2);
      Operator add = Operator.aten("add", "Tensor");
      Tensor sum = add.result(x, Tensors.of(new float[] {10, 20}, 2), 2.0);
      add.result(x, x, 1.0); // would take the memory of what is freed
      assertThat(Tensors.toFloats(sum)).containsExactly(21, 42);
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> add.result(x, Tensors.of(new float[3], 3), 1.0))
          .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).startsWith("add: "));
    }
  }

  @Test
  void aRefusalIsOneLineThatNamesTheOperator() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[2], 2);
      Tensor y = Tensors.of(new float[3], 3);
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> Operator.aten("add_", "Tensor").call(x, y, 1.0))
          .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).startsWith("add_: "));
    }
  }

  @Test
  void anUnknownOperatorIsOneLineToo() {
    assertThatExceptionOfType(TensorException.class)
        .isThrownBy(() -> Operator.aten("no_such_operator", ""))
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).contains("no_such_operator"));
  }

  @Test
  void argumentsThatLibtorchDoesNotKnowAreRefused() {
    Operator add = Operator.aten("add_", "Tensor");
    assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> add.call("text"));
  }
}
