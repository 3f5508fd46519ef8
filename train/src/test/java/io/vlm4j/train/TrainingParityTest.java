package io.vlm4j.train;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.Captions;
import io.vlm4j.io.Json;
import io.vlm4j.model.Family;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import java.nio.file.Path;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class TrainingParityTest {
  @Test
  void twentyStepsEqualOpenClipsLossesAndWeights() {
    Path folder = Fixtures.folder("train-openclip-tiny");
    ObjectNode json = Json.readObject(folder.resolve("open_clip_config.json"));
    Family<?> family = Family.of(Layout.OPEN_CLIP, json);
    try (Model model = create(family, json);
        var _ = new Scope()) {
      model.load(family.keys(Layout.OPEN_CLIP), folder.resolve(Layout.OPEN_CLIP.weightsFile()));
      var expected = Fixtures.tensors("train-openclip-tiny/expected/curve.safetensors");
      float[] losses = Tensors.toFloats(expected.get("loss"));
      float[] rates = Tensors.toFloats(expected.get("lr"));
      float[] scales = Tensors.toFloats(expected.get("logit_scale"));
      var schedule = new Schedule(1e-3, 5, 20);
      try (var step =
          new GradientStep(
              model,
              new TrainingConfig(
                  16,
                  1e-3,
                  0.9,
                  0.98,
                  1e-6,
                  0.2,
                  5,
                  1,
                  "f32",
                  0,
                  0,
                  Captions.PRINCIPAL,
                  Augmentation.NONE),
              new Device("cpu"))) {
        for (int i = 0; i < losses.length; i++) {
          assertThat(schedule.at(i)).isCloseTo(rates[i], within(1e-8));
          try (var batch = new Batch()) {
            batch.put(Batch.PIXELS, expected.get("pixel_values").select(0, i));
            batch.put(Batch.TOKENS, expected.get("input_ids"));
            double loss = step.run(batch, schedule.at(i)).get("contrastive_loss");
            assertThat(loss).as("loss of step %d", i).isCloseTo(losses[i], within(1e-4));
          }
          assertThat(Math.log(model.gauges().get("logit_scale")))
              .isCloseTo(scales[i], within(1e-4));
        }
      }
      var weights = family.keys(Layout.OPEN_CLIP).toTheirs(model.parameters());
      assertThat(distance(weights.get("visual.proj"), expected.get("final_visual_proj")))
          .isLessThan(1e-3);
      Tensor rows =
          weights
              .get("token_embedding.weight")
              .index_select(0, Tensors.of(new long[] {320, 49406, 49407}, 3));
      assertThat(distance(rows, expected.get("final_token_embedding_rows"))).isLessThan(1e-3);
    }
  }

  private static <C extends Record> Model create(Family<C> family, ObjectNode json) {
    return family.create(family.readConfig(Layout.OPEN_CLIP, json));
  }
}
