package io.vlm4j.tensor;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineTest {
  @Test
  void theSameSeedGivesTheSameNumbers() {
    assertThat(numbers(7)).isEqualTo(numbers(7)).isNotEqualTo(numbers(8));
  }

  private static float[] numbers(long seed) {
    try (var _ = new Scope()) {
      Engine.seed(seed);
      Tensor x = Tensors.zeros(ScalarType.Float, 5);
      return Tensors.toFloats(torch.randn_like(x));
    }
  }

  @Test
  void threadsAreThoseThatWereSet() {
    int before = Engine.threads();
    try {
      Engine.setThreads(1);
      assertThat(Engine.threads()).isEqualTo(1);
    } finally {
      Engine.setThreads(before);
    }
    assertRefused(() -> Engine.setThreads(0), "threads", "0");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aThreadInTheBackgroundHasALowPriorityAlone() throws Exception {
    var seen = new CompletableFuture<Integer>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            Engine.runInBackground();
            seen.complete(priority());
          } catch (Throwable e) {
            seen.completeExceptionally(e);
          }
        });
    assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo(10);
    assertThat(priority()).isLessThan(10);
  }

  /** The nice value of the calling thread. */
  private static int priority() throws IOException {
    String fields = Files.readString(Path.of("/proc/thread-self/stat"));
    return Integer.parseInt(fields.substring(fields.indexOf(')') + 2).split(" ")[16]);
  }

  @Test
  void theCpuIsADevice() {
    try (Device cpu = Engine.device("cpu")) {
      assertThat(cpu.is_cpu()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpu", "cpu:0:0", "CUDA", "cuda:x", "cuda:"})
  void anUnknownDeviceIsRefusedByName(String name) {
    assertRefused(() -> Engine.device(name), "'" + name + "'", "cuda:N");
  }

  @ParameterizedTest
  @CsvSource({
    "f32, F32",
    "fp32, F32",
    "bf16, BF16",
    "amp_bf16, BF16",
    "BF16, BF16",
    "int8, INT8",
    "auto, AUTO"
  })
  void precisionsHaveOurNamesAndOpenClips(String name, Precision precision) {
    assertThat(Precision.parse(name)).isEqualTo(precision);
  }

  @Test
  void theQuickestPrecisionIsBf16OnlyWhereTheProcessorHasIt() {
    try (Device cpu = Engine.device("cpu")) {
      var flags = Engine.cpuFlags();
      boolean multiplies = flags.contains("avx512_bf16") || flags.contains("amx_bf16");
      boolean isArm = flags.contains("asimd");
      assumeFalse(isArm, "only of x86 processors the test knows the flags");
      assertThat(Precision.AUTO.on(cpu)).isEqualTo(multiplies ? Precision.BF16 : Precision.F32);
      assertThat(Precision.BF16.on(cpu)).isEqualTo(Precision.BF16);
      assertThat(Precision.F32.on(cpu)).isEqualTo(Precision.F32);
    }
  }

  @Test
  void anUnknownPrecisionIsRefusedByName() {
    assertRefused(() -> Precision.parse("fp8"), "'fp8'", "bf16");
  }
}
