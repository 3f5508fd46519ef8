package io.vlm4j.model;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.testing.Fixtures;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** The towers against OpenCLIP's, on checkpoints of random weights. */
class CheckpointParityTest {
  private static final double TOLERANCE = 2e-5;

  @ParameterizedTest
  @CsvSource({
    "clip-hf-tiny, HUGGING_FACE",
    "openclip-tiny, OPEN_CLIP",
    "train-openclip-tiny, OPEN_CLIP",
    "siglip-hf-tiny, HUGGING_FACE"
  })
  void featuresAndLogitsEqualTheReference(String name, Layout layout) {
    Path folder = Fixtures.folder(name);
    ObjectNode json = Json.readObject(folder.resolve(layout.configFile()));
    ModelSpec<?> spec = spec(Family.of(layout, json), layout, json);
    try (Model model = spec.create();
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.setTraining(false);
      model.load(spec.family().keys(layout), folder.resolve(layout.weightsFile()));
      var expected = Fixtures.tensors(name + "/expected/forward.safetensors");
      var encoder = (DualEncoder) model;
      Tensor images = encoder.imageFeatures(expected.get("pixel_values"));
      Tensor texts = encoder.textFeatures(expected.get("input_ids"));
      assertThat(distance(images, expected.get("image_embeds"))).isLessThan(TOLERANCE);
      assertThat(distance(texts, expected.get("text_embeds"))).isLessThan(TOLERANCE);
      Tensor logits =
          encoder.logits(torch.matmul(torch.normalize(images), torch.normalize(texts).t()));
      if (expected.containsKey("logits_per_image")) {
        assertThat(distance(logits, expected.get("logits_per_image"))).isLessThan(TOLERANCE);
      } else {
        assertThat(distance(logits.t(), expected.get("logits_per_text"))).isLessThan(TOLERANCE);
      }
    }
  }

  private static <C extends Record> ModelSpec<C> spec(
      Family<C> family, Layout layout, ObjectNode json) {
    return new ModelSpec<>(family, family.readConfig(layout, json));
  }
}
