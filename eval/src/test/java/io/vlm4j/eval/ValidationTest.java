package io.vlm4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.testing.Pictures;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ValidationTest {
  @BeforeAll
  static void load() {
    Engine.load();
  }

  @Test
  void aModelThatDoesNotEmbedIsMeasuredByItsLosses() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 70; i++) { // a batch and a rest
      samples.add(grey("s" + i, i));
    }

    try (var model = model(batch -> batch.get(Batch.PIXELS).mean())) {
      var validation = Validation.of(model, samples);

      assertThat(validation.metrics()).containsOnlyKeys("loss", "first", "second");
      assertThat(validation.used()).isEqualTo(70);
      double first = validation.metrics().get("first");
      assertThat(first).isCloseTo((69 / 2.0 / 255 - 0.5) / 0.5, within(1e-5));
      assertThat(validation.metrics().get("loss")).isCloseTo(3 * first, within(1e-5));
    }
  }

  @Test
  void chanceIsTheSameEachTime() {
    try (var model = model(_ -> torch.rand(1).sum())) {
      List<Sample> samples = List.of(grey("a", 1), grey("b", 2));

      assertThat(Validation.of(model, samples)).isEqualTo(Validation.of(model, samples));
    }
  }

  private static Sample grey(String key, int value) {
    Pixels picture = Pictures.plain(16, 16, value << 16 | value << 8 | value);
    return Sample.pair(key, key, Picture.drawn(key, () -> picture), List.of("grey"), Map.of());
  }

  /** A model that has two losses, the second twice the first. */
  private static Pretrained model(Function<Batch, Tensor> loss) {
    ModelSpec<?> spec = ModelSpec.of("clip-nano");
    var model =
        new Model() {
          @Override
          public SequencedMap<String, Tensor> losses(Batch batch) {
            Tensor first = loss.apply(batch);
            var losses = new LinkedHashMap<String, Tensor>();
            losses.put("first", first);
            losses.put("second", first.mul(new Scalar(2)));
            return losses;
          }
        };
    var tokenizer = Tokenizer.of(BytePairs.learn(List.of("grey"), 600), spec.tokenizerRules());
    return new Pretrained(spec, model, tokenizer, Preprocessing.sigLip(16), new Device("cpu"));
  }
}
