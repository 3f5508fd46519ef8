package io.vlm4j.nn;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixTest {
  /** What one rounding to bf16, of 8 significant bits, changes at most. */
  private static final double BF16 = 1.0 / 256;

  private static Tensor normal(Random random, int rows, int columns) {
    return Tensors.of(Randomness.normal(random, rows * columns), rows, columns);
  }

  private static Linear int8(Tensor weight) {
    var linear = new Linear(weight.size(1), weight.size(0), 0);
    linear.matrices().get("weight").holdInt8(weight);
    return linear;
  }

  /** Few rows and many; steps that libtorch's product reads at once, and others. */
  @ParameterizedTest
  @CsvSource({"1, 128", "16, 64", "17, 128", "1, 40", "30, 40"})
  void productsDifferByNoMoreThanHalfAScaleAndTheRoundingOfBf16Allow(int count, int columns) {
    Random random = Randomness.ofTest();
    int out = 24;
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor weight = normal(random, out, columns);
      weight.mul_(normal(random, out, 1).exp()); // each row has a size of its own
      Tensor x = normal(random, count, columns);
      try (var linear = int8(weight)) {
        float[][] given = Tensors.toRows(linear.forward(x));
        float[][] w = Tensors.toRows(weight);
        float[] scales = Tensors.toFloats(linear.state().get("weight.scales"));
        float[][] inputs = Tensors.toRows(x);
        for (int row = 0; row < count; row++) {
          for (int o = 0; o < out; o++) {
            double sum = 0;
            double allowed = 1e-4;
            for (int k = 0; k < columns; k++) {
              double size = Math.abs(inputs[row][k]);
              sum += inputs[row][k] * (double) w[o][k];
              allowed += size * scales[o] / 2;
              allowed += size * (Math.abs(w[o][k]) + scales[o] / 2) * BF16;
            }
            allowed += (Math.abs(sum) + allowed) * BF16;
            assertThat((double) given[row][o]).isCloseTo(sum, within(allowed));
          }
        }
      }
    }
  }

  /** More numbers than are widened at a time. */
  @Test
  void blocksOfManyRowsAreTheWholeProduct() {
    Random random = Randomness.ofTest();
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor weight = normal(random, 17_000, 64);
      Tensor x = normal(random, 17, 64);
      try (var linear = int8(weight)) {
        Tensor wide =
            linear
                .state()
                .get("weight")
                .to(ScalarType.Float)
                .mul(linear.state().get("weight.scales").unsqueeze(1));
        assertThat(distance(linear.forward(x), x.matmul(wide.t()))).isLessThan(1e-4);
      }
    }
  }

  /** One row, a few and many; what is quickest in use is what is differentiated in training. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 40})
  void floatsGiveInUseWhatTheyGiveInTraining(int count) {
    Random random = Randomness.ofTest();
    try (var _ = new Scope();
        var linear = new Linear(70, 30, 0.5)) {
      linear.state().get("bias").detach().copy_(Tensors.of(Randomness.normal(random, 30), 30));
      Tensor x = normal(random, count, 70).view(1, count, 70);
      Tensor trained = linear.forward(x);
      assertThat(trained.requires_grad()).isTrue();
      try (var _ = new NoGrad()) {
        Tensor used = linear.forward(x);
        assertThat(used.shape()).containsExactly(1, count, 30);
        assertThat(distance(used, trained)).isLessThan(1e-5);
        linear.to(ScalarType.BFloat16);
        Tensor half = linear.forward(x);
        assertThat(half.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        assertThat(distance(half, trained)).isLessThan(0.2);
      }
    }
  }

  /** Matrices of one stretch of memory, with and without bias, for the rows told and others. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 16, 100})
  void packedMatricesGiveTheSameProducts(int count) {
    Random random = Randomness.ofTest();
    try (var _ = new Scope();
        var _ = new NoGrad();
        var biased = new Linear(70, 30, 0.5);
        var plain = new Linear(30, 130, 0.5, false);
        var attention = new Attention(48, 3, 0.5, 0.5)) {
      biased.state().get("bias").copy_(Tensors.of(Randomness.normal(random, 30), 30));
      Tensor x = normal(random, count, 70).view(1, count, 70);
      Tensor y = normal(random, count, 48).view(count, 1, 48);
      Supplier<List<Tensor>> products =
          () ->
              List.of(
                  plain.forward(biased.forward(x)),
                  attention.forward(y, AttentionMask.NONE),
                  attention.forward(y, y, AttentionMask.NONE));
      List<Tensor> expected = products.get();
      for (int round = 0; round < 2; round++) {
        try (var _ = new PackedMatrices(3)) {
          for (int again = 0; again < 2; again++) {
            List<Tensor> given = products.get();
            for (int i = 0; i < given.size(); i++) {
              assertThat(given.get(i).shape()).isEqualTo(expected.get(i).shape());
              assertThat(distance(given.get(i), expected.get(i))).isLessThan(1e-4);
            }
          }
        }
        biased.state().get("weight").neg_(); // what is open next must not know it as it was
        biased.state().get("bias").neg_();
        x.neg_();
        expected = products.get();
      }
    }
  }

  @Test
  void packedMatricesOfOneThreadAreNotThoseOfAnother() throws InterruptedException {
    try (var _ = new PackedMatrices(2)) {
      var others = new ArrayList<Boolean>();
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                try (var _ = new Scope()) {
                  Tensor x = Tensors.zeros(ScalarType.Float, 2, 8);
                  others.add(PackedMatrices.product(x, x, null) == null);
                }
              });
      other.join();
      assertThat(others).containsExactly(true);
    }
  }

  @Test
  void aBiasIsAddedAndLeadingDimensionsStay() {
    Random random = Randomness.ofTest();
    try (var _ = new Scope();
        var _ = new NoGrad();
        var linear = int8(Tensors.zeros(ScalarType.Float, 3, 5))) {
      linear.state().get("bias").fill_(new Scalar(2));
      Tensor y = linear.forward(normal(random, 4, 5).view(2, 2, 5));
      assertThat(y.shape()).containsExactly(2, 2, 3);
      assertThat(Tensors.toFloats(y)).containsOnly(2);
    }
  }

  @Test
  void valuesAreWholeAndSymmetricAndTheLargestIs127() {
    try (var _ = new Scope();
        var linear =
            int8(Tensors.of(new float[] {-2, 1, 0.004f, 0, 0, 0, 254, -254, 3.2f}, 3, 3))) {
      assertThat(Tensors.toLongs(linear.state().get("weight")))
          .containsExactly(-127, 64, 0, 0, 0, 0, 127, -127, 2);
      assertThat(Tensors.toFloats(linear.state().get("weight.scales")))
          .containsExactly(2 / 127f, 1, 2);
      assertThat(linear.isInt8()).isTrue();
      assertThat(linear.parameters().get("weight").requires_grad()).isFalse();
    }
  }

  @Test
  void vectorsOfIdsAreWithinHalfAScale() {
    Random random = Randomness.ofTest();
    try (var _ = new Scope();
        var _ = new NoGrad();
        var embedding = new Embedding(7, 12, 1)) {
      Tensor table = normal(random, 7, 12);
      embedding.matrices().get("weight").holdInt8(table);
      Tensor ids = Tensors.of(new long[] {6, 0, 3, 3}, 2, 2);
      Tensor found = embedding.forward(ids);
      assertThat(found.shape()).containsExactly(2, 2, 12);
      float[] scales = Tensors.toFloats(embedding.state().get("weight.scales"));
      float[] differences = Tensors.toFloats(found.sub(torch.embedding(table, ids)));
      long[] rows = {6, 0, 3, 3};
      for (int i = 0; i < differences.length; i++) {
        double allowed = scales[(int) rows[i / 12]] * 0.5001;
        assertThat((double) differences[i]).isCloseTo(0, within(allowed));
      }
    }
  }

  @Test
  void whatIsNoNumberIsRefused() {
    try (var _ = new Scope()) {
      for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        Tensor weight = Tensors.of(new float[] {1, wrong}, 1, 2);
        assertRefused(() -> int8(weight), "weight", "no numbers");
      }
    }
  }

  @Test
  void placesShareOneNumberUntilTheyAreGivenMemory() {
    try (var _ = new Scope();
        var _ = Init.places();
        var linear = new Linear(64, 32, 1)) {
      Tensor weight = linear.parameters().get("weight");
      assertThat(weight.shape()).containsExactly(32, 64);
      assertThat(weight.storage().nbytes()).isEqualTo(4);
      linear.allocate(Set.of());
      assertThat(weight.storage().nbytes()).isEqualTo(4 * 32 * 64);
      assertThat(weight.requires_grad()).isTrue();
    }
  }
}
