package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class AutocastTest {
  private static final Device CPU = Engine.device("cpu");

  private static boolean isOn() {
    return torch.is_autocast_enabled(DeviceType.CPU);
  }

  private static ScalarType productType() {
    try (var _ = new Scope()) {
      Tensor x = Tensors.zeros(ScalarType.Float, 2, 2);
      return torch.matmul(x, x).scalar_type().intern();
    }
  }

  @Test
  void productsAreBf16WithinTheGuardOnly() {
    assertThat(productType()).isEqualTo(ScalarType.Float);
    try (var _ = Autocast.to(CPU, Precision.BF16)) {
      assertThat(productType()).isEqualTo(ScalarType.BFloat16);
    }
    assertThat(productType()).isEqualTo(ScalarType.Float);
    try (var _ = Autocast.to(CPU, Precision.F32)) {
      assertThat(productType()).isEqualTo(ScalarType.Float);
    }
  }

  @Test
  void guardsNest() {
    try (var _ = Autocast.to(CPU, Precision.BF16)) {
      try (var _ = Autocast.off(CPU)) {
        assertThat(productType()).isEqualTo(ScalarType.Float);
        try (var _ = Autocast.to(CPU, Precision.BF16)) {
          assertThat(productType()).isEqualTo(ScalarType.BFloat16);
        }
        assertThat(isOn()).isFalse();
      }
      assertThat(productType()).isEqualTo(ScalarType.BFloat16);
      try (var _ = Autocast.to(CPU, Precision.F32)) {
        assertThat(productType()).isEqualTo(ScalarType.Float);
      }
      assertThat(productType()).isEqualTo(ScalarType.BFloat16);
    }
    assertThat(isOn()).isFalse();
  }

  @Test
  void theStateBeforeIsRestoredAfterAnException() {
    ScalarType before = torch.get_autocast_dtype(DeviceType.CPU).intern();
    assertThatIllegalStateException()
        .isThrownBy(() -> {
          try (var _ = Autocast.to(CPU, Precision.F32);
              var _ = Autocast.to(CPU, Precision.BF16)) {
            throw new IllegalStateException("a bug");
          }
        });
    assertThat(isOn()).isFalse();
    assertThat(torch.get_autocast_dtype(DeviceType.CPU).intern()).isEqualTo(before);
  }

  @Test
  void oneThreadsGuardDoesNotReachAnother() throws InterruptedException {
    var seen = new ArrayList<Boolean>();
    try (var _ = Autocast.to(CPU, Precision.BF16)) {
      Thread.ofPlatform().start(() -> seen.add(isOn())).join();
    }
    assertThat(seen).containsExactly(false);
  }

  @Test
  void weightsChangedAfterTheOutermostGuardAreNotTakenFromTheCache() {
    try (var _ = new Scope()) {
      Tensor weight = Tensors.of(new float[] {1}, 1, 1).set_requires_grad(true);
      Tensor x = Tensors.of(new float[] {1}, 1, 1);
      for (float value : new float[] {2, 3}) {
        try (var _ = new NoGrad()) {
          weight.copy_(Tensors.of(new float[] {value}, 1, 1));
        }
        try (var _ = Autocast.to(CPU, Precision.BF16)) {
          assertThat(torch.matmul(x, weight).item_float()).isEqualTo(value);
        }
      }
    }
  }
}
