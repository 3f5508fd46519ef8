package io.vlm4j.model.generative;

import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.Random;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CocaGradientsIT {
  @ParameterizedTest
  @ValueSource(strings = {"SHARED", "PARALLEL", "CASCADE"})
  void gradientsReachEveryParameter(String kind) {
    Random random = Randomness.ofTest();
    try (var model = CocaTest.random(random, kind, true);
        var _ = new Scope();
        var batch = new Batch()) {
      batch.put(Batch.PIXELS, CocaTest.pictures(random, 2));
      batch.put(Batch.TOKENS, CocaTest.rows(new long[] {5, 6, 7, 19}, new long[] {5, 9, 3, 2, 19}));
      Supplier<Tensor> losses =
          () -> {
            var each = model.losses(batch).values().stream().map(l -> l.reshape(1)).toList();
            return torch.cat(new TensorVector(each.toArray(Tensor[]::new)), 0);
          };
      Gradients.checkSteep(random, model.parameters(), 0.05, losses);
    }
  }
}
