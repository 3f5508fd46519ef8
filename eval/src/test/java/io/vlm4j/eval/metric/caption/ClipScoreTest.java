package io.vlm4j.eval.metric.caption;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Pixels;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Engine;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Pictures;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClipScoreTest {
  private static final float[][] PICTURES = {{1, 0}, {1, 0}};
  private static final float[][] CAPTIONS = {{0.6f, 0.8f}, {-0.6f, 0.8f}};

  @Test
  void cosinesAreScaledAndNeverNegative() {
    var scores = ClipScore.of(PICTURES, CAPTIONS);

    assertThat(scores.of(0)).isCloseTo(1.5, within(1e-6));
    assertThat(scores.of(1)).isZero();
    assertThat(scores.overall()).isCloseTo(0.75, within(1e-6));
  }

  @Test
  void referencesEnterByTheHarmonicMeanWithTheBest() {
    float[][][] references = {{{0, 1}, {0.6f, 0.8f}}, {{0, 1}}};

    var scores = ClipScore.of(PICTURES, CAPTIONS, references);

    assertThat(scores.of(0)).isCloseTo(2 * 1.5 * 1 / (1.5 + 1), within(1e-6));
    assertThat(scores.of(1)).isZero();
    assertRefused(
        () -> ClipScore.of(PICTURES, CAPTIONS, new float[][][] {{{0, 1}}, {}}), "RefCLIP-S");
  }

  @Test
  void anyDualEncoderWillDo() {
    for (String folder : List.of("clip-hf-tiny", "openclip-tiny")) {
      try (var model = Pretrained.load(Fixtures.folder(folder), Engine.device("cpu"))) {
        List<Pixels> pictures = List.of(Pictures.noise(40, 30, 1), Pictures.noise(30, 40, 2));
        List<String> captions = List.of("a red cat", "two dogs");

        var scores = ClipScore.of(model, pictures, captions);
        var referenced =
            ClipScore.of(
                model, pictures, captions, List.of(List.of("a red cat"), List.of("trees", "cars")));

        float[] picture = model.embedImages(pictures)[0];
        float[] caption = model.embedText("A photo depicts a red cat");
        double cosine = Pretrained.similarity(picture, caption);
        double expected = 2.5 * Math.max(0, cosine);
        assertThat(scores.of(0)).isCloseTo(expected, within(1e-5));
        assertThat(referenced.of(0))
            .isCloseTo(expected == 0 ? 0 : 2 * expected / (expected + 1), within(1e-5));
      }
    }
  }
}
