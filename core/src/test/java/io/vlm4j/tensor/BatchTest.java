package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class BatchTest {
  @Test
  void aBatchOutlivesTheScopeItWasMadeInAndFreesItsTensors() {
    var batch = new Batch();
    Tensor tokens;
    try (var _ = new Scope()) {
      tokens = Tensors.of(new long[] {1, 2}, 1, 2);
      batch.put(Batch.TOKENS, tokens);
    }
    assertThat(Tensors.toLongs(batch.get(Batch.TOKENS))).containsExactly(1, 2);
    batch.close();
    assertThat(tokens.isNull()).isTrue();
    assertThat(batch.tensors()).isEmpty();
  }

  @Test
  void anotherThreadMayCloseIt() throws InterruptedException {
    var made = new AtomicReference<Batch>();
    Thread.ofPlatform()
        .start(() -> made.set(new Batch().put("x", Tensors.of(new float[] {1}, 1))))
        .join();
    Tensor tensor = made.get().get("x");
    made.get().close();
    assertThat(tensor.isNull()).isTrue();
  }

  @Test
  void aMissingTensorIsNamedBesideThoseThatAreThere() {
    try (var batch = new Batch().put("x", Tensors.of(new float[] {1}, 1))) {
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> batch.get(Batch.PIXELS))
          .withMessage("the batch has no 'pixel_values', only [x]");
    }
  }

  @Test
  void aNameIsTakenOnce() {
    try (var batch = new Batch().put("x", Tensors.of(new float[] {1}, 1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> batch.put("x", Tensors.of(new float[] {2}, 1)))
          .withMessageContaining("'x'");
      assertThat(Tensors.toFloats(batch.get("x"))).containsExactly(1);
    }
  }

  @Test
  void onTheCpuItIsWhereItBelongs() {
    try (var batch = new Batch()) {
      assertThat(batch.to(Engine.device("cpu"))).isSameAs(batch);
    }
  }
}
