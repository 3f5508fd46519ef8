package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.nn.Activation;
import io.vlm4j.nn.AttentionMask;
import io.vlm4j.nn.Transformer;
import io.vlm4j.testing.ResidentMemory;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** Resident memory over many steps: a leak of one activation a step would show at once. */
class NativeMemoryIT {
  private static final int WARM_UP = 500;
  private static final int STEPS = 2000;

  @Test
  void stepsWithinScopesLeaveNothingBehind() {
    ResidentMemory.assumeKnown();
    var config = new Transformer.Config(32, 2, 2, 64, Activation.GELU, 1e-5);
    try (var model = new Transformer(config)) {
      steps(model, WARM_UP);
      long before = ResidentMemory.pages();
      steps(model, STEPS);
      long after = ResidentMemory.pages();
      // One step's input alone is 128 KiB: kept, it would add 64,000 pages of 4 KiB.
      assertThat(after - before).as("growth in pages").isLessThan(before / 20);
    }
  }

  private static void steps(Transformer model, int count) {
    for (int step = 0; step < count; step++) {
      try (var _ = new Scope()) {
        Tensor x = torch.randn_like(Tensors.zeros(ScalarType.Float, 16, 64, 32));
        try (var _ = Autocast.to(Engine.device("cpu"), Precision.BF16)) {
          model.forward(x, AttentionMask.CAUSAL).to(ScalarType.Float).sum().backward();
        }
        try (var _ = new NoGrad()) {
          for (Tensor parameter : model.parameters().values()) {
            parameter.sub_(parameter.grad().mul(new Scalar(1e-6)));
            parameter.grad().zero_();
          }
        }
      }
    }
  }
}
