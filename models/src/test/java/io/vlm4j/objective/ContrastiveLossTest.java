package io.vlm4j.objective;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContrastiveLossTest {
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"clip_8", "clip_33"})
  void softmaxLossAndGradientsEqualOpenClips(String name) {
    check(
        name,
        inputs ->
            ContrastiveLoss.softmax(
                inputs.get("image"), inputs.get("text"), inputs.get("log_scale")),
        "image",
        "text",
        "log_scale");
  }

  @ParameterizedTest
  @ValueSource(strings = {"siglip_8", "siglip_33"})
  void sigmoidLossAndGradientsEqualOpenClips(String name) {
    check(
        name,
        inputs ->
            ContrastiveLoss.sigmoid(
                inputs.get("image"),
                inputs.get("text"),
                inputs.get("log_scale"),
                inputs.get("bias")),
        "image",
        "text",
        "log_scale",
        "bias");
  }

  private static void check(
      String name, Function<Map<String, Tensor>, Tensor> loss, String... inputNames) {
    try (var _ = new Scope()) {
      var fixture = Fixtures.tensors("losses/contrastive.safetensors");
      var inputs = new HashMap<String, Tensor>();
      for (String input : inputNames) {
        inputs.put(input, fixture.get(name + "." + input).set_requires_grad(true));
      }
      Tensor result = loss.apply(inputs);
      result.backward();
      assertThat(distance(result, fixture.get(name + ".loss"))).isLessThan(TOLERANCE);
      for (String input : inputNames) {
        assertThat(distance(inputs.get(input).grad(), fixture.get(name + ".grad_" + input)))
            .as("gradient of %s", input)
            .isLessThan(TOLERANCE);
      }
    }
  }

  @Test
  void identicalFeaturesGiveTheLogarithmOfTheBatch() {
    try (var _ = new Scope()) {
      var same = new float[5 * 2];
      Arrays.fill(same, (float) Math.sqrt(0.5));
      Tensor features = Tensors.of(same, 5, 2);
      Tensor loss = ContrastiveLoss.softmax(features, features, Tensors.of(new float[] {2f}, 1));
      assertThat(loss.item_double()).isCloseTo(Math.log(5), within(1e-6));
    }
  }

  @Test
  void orthogonalFeaturesGiveSigLipsFirstLoss() {
    try (var _ = new Scope()) {
      Tensor zeros = Tensors.of(new float[6 * 3], 6, 3);
      Tensor loss =
          ContrastiveLoss.sigmoid(
              zeros,
              zeros,
              Tensors.of(new float[] {(float) Math.log(10)}, 1),
              Tensors.of(new float[] {-10f}, 1));
      assertThat(loss.item_double()).isCloseTo(10.0000454 + 5 * 4.53989e-5, within(1e-5));
    }
  }

  @Test
  void targetsOnTheDiagonalChangeNothing() {
    try (var _ = new Scope()) {
      var fixture = Fixtures.tensors("losses/contrastive.safetensors");
      Tensor images = fixture.get("clip_8.image");
      Tensor texts = fixture.get("clip_8.text");
      Tensor scale = fixture.get("clip_8.log_scale");
      Tensor bias = Tensors.of(new float[] {-3f}, 1);
      Tensor diagonal = torch.eye(8);

      assertThat(ContrastiveLoss.softmax(images, texts, scale, diagonal).item_double())
          .isCloseTo(fixture.get("clip_8.loss").item_double(), within(1e-5));
      assertThat(ContrastiveLoss.sigmoid(images, texts, scale, bias, diagonal).item_double())
          .isCloseTo(
              ContrastiveLoss.sigmoid(images, texts, scale, bias).item_double(), within(1e-5));
    }
  }

  @Test
  void softTargetsGiveTheCrossEntropyOfTheDefinition() {
    try (var _ = new Scope()) {
      // Logits of 0, 1 and 1, 0 at a scale of 1.
      Tensor images = Tensors.of(new float[] {1, 0, 0, 1}, 2, 2);
      Tensor texts = Tensors.of(new float[] {0, 1, 1, 0}, 2, 2);
      Tensor targets = Tensors.of(new float[] {0.9f, 0.1f, 0.3f, 0.7f}, 2, 2);
      Tensor scale = Tensors.of(new float[] {0f}, 1);
      double right = -Math.log(Math.E / (1 + Math.E));
      double wrong = -Math.log(1 / (1 + Math.E));

      double loss = ContrastiveLoss.softmax(images, texts, scale, targets).item_double();

      assertThat(loss).isCloseTo((1.6 * wrong + 0.4 * right) / 2, within(1e-6));
    }
  }
}
