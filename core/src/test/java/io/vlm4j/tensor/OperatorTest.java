package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[2], 2);
      Operator add = Operator.aten("add_", "Tensor");
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> add.call(x, x, Path.of("")))
          .satisfies(e -> assertThat(e.getMessage()).contains("cannot pass"));
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> add.call(x, "text", 1.0))
          .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).startsWith("add_: "));
    }
  }

  @Test
  void anotherNumberOfArgumentsIsRefused() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[2], 2);
      Operator add = Operator.aten("add_", "Tensor");
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> add.call(x, x))
          .satisfies(e -> assertThat(e.getMessage()).contains("takes 3 arguments, not 2"));
      assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> add.call("text"));
    }
  }

  @Test
  void textsAndEmptyListsOfAnyKindAreTaken() {
    Optional<Operator> linear = Operator.find("mkldnn", "_linear_pointwise", "");
    assumeTrue(linear.isPresent(), "libtorch was built without oneDNN");
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[] {1, -2}, 1, 2);
      Tensor w = Tensors.of(new float[] {3, 4, -3, -4}, 2, 2);
      assertThat(Tensors.toFloats(linear.get().result(x, w, null, "relu", List.of(), "")))
          .containsExactly(0, 5);
    }
  }

  @Test
  void anOperatorThatThisLibtorchLacksIsNone() {
    assertThat(Operator.find("mkldnn", "no_such_operator", "")).isEmpty();
  }
}
