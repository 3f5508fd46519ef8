package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenBlasTest {
  private final List<Integer> seen = new ArrayList<>();
  private int before;

  @BeforeEach
  void useThreeThreads() {
    before = Engine.threads();
    Engine.setThreads(3);
  }

  @AfterEach
  void restore() {
    Engine.setThreads(before);
  }

  private Tensor doubled(Tensor x) {
    seen.add(EngineFacts.blasThreads());
    return x.mul(new Scalar(2));
  }

  @Test
  void aLongOperationHasOneThreadAndAShortOneAll() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[] {1, 2}, 2);
      assertThat(Tensors.toFloats(OpenBlas.alone(129, x, () -> doubled(x)))).containsExactly(2, 4);
      OpenBlas.alone(128, x, () -> doubled(x));
      // One within another: the threads come back with the end of the outer one.
      OpenBlas.alone(
          200,
          x,
          () -> {
            OpenBlas.alone(200, x, () -> doubled(x));
            return doubled(x);
          });
      assertThat(seen).containsExactly(1, 3, 1, 1);
      assertThat(EngineFacts.blasThreads()).isEqualTo(3);
    }
  }

  @Test
  void theThreadsComeBackAfterAFailure() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.of(new float[] {1, 2}, 2);
      assertThatThrownBy(() ->
              OpenBlas.alone(
                  200,
                  x,
                  () -> {
                    throw new IllegalStateException("stop");
                  }))
          .hasMessage("stop");
      assertThat(EngineFacts.blasThreads()).isEqualTo(3);
    }
  }

  @Test
  void theGradientOfALongOperationHasOneThreadToo() {
    try (var _ = new Scope();
        var look =
            new VoidTensorHook() {
              @Override
              public void call(TensorBase gradient) {
                seen.add(EngineFacts.blasThreads());
              }
            }) {
      Tensor weight = Tensors.of(new float[] {1, 2}, 2).requires_grad_(true);
      Tensor x = weight.mul(new Scalar(3));
      Tensor result =
          OpenBlas.alone(
              200,
              x,
              () -> {
                Tensor inner = x.mul(new Scalar(2));
                inner.register_hook(look);
                return inner.mul(new Scalar(5));
              });
      weight.register_hook(look);
      Tensor loss = result.mul(new Scalar(7)).sum();
      loss.backward();
      assertThat(seen).containsExactly(1, 3);
      assertThat(Tensors.toFloats(weight.grad())).containsExactly(210, 210);
    }
  }
}
