package io.vlm4j.nn;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.LinkedHashMap;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class HeadNormTest {
  @Test
  void eachHeadIsNormalisedByItselfAndHasItsOwnScale() {
    try (var norm = new HeadNorm(2, 3, 0);
        var _ = new Scope();
        var _ = new NoGrad()) {
      norm.parameters().get("weight").select(0, 1).mul_(new Scalar(10f));
      norm.parameters().get("bias").select(0, 1).fill_(new Scalar(1f));
      Tensor x = Tensors.of(new float[] {1, 2, 3, 100, 300, 200}, 1, 2, 3);
      float a = (float) Math.sqrt(1.5);
      Tensor expected = Tensors.of(new float[] {-a, 0, a, 1 - 10 * a, 1 + 10 * a, 1}, 1, 2, 3);
      assertThat(distance(norm.forward(x), expected)).isLessThan(1e-5);
    }
  }

  @Test
  void gradientsEqualDifferences() {
    Random random = Randomness.ofTest();
    try (var norm = new HeadNorm(2, 8, 1e-5);
        var _ = new Scope()) {
      Tensor x = Tensors.of(Randomness.normal(random, 48), 3, 2, 8);
      x.set_requires_grad(true);
      var leaves = new LinkedHashMap<>(norm.parameters());
      leaves.put("x", x);
      Gradients.check(random, leaves, () -> norm.forward(x));
    }
  }
}
