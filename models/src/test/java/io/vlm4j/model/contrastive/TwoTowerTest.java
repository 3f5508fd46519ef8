package io.vlm4j.model.contrastive;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.TensorException;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What CLIP and SigLIP promise beyond equal numbers. */
class TwoTowerTest {
  private static final int VOCABULARY = 600;
  private static final long END = VOCABULARY - 1;

  private static Model model(String name) {
    Engine.seed(21);
    Model model = ModelSpec.of(name).withVocabulary(VOCABULARY).create();
    model.setTraining(false);
    return model;
  }

  /** Start, two words, end, and {@code fill} up to the context length. */
  private static Tensor text(long... fill) {
    long[] ids = new long[16];
    ids[0] = END - 1;
    ids[1] = 5;
    ids[2] = 6;
    ids[3] = END;
    System.arraycopy(fill, 0, ids, 4, 12);
    return Tensors.of(ids, 1, 16);
  }

  private static long[] padding(long id) {
    var padding = new long[12];
    Arrays.fill(padding, id);
    return padding;
  }

  @Test
  void whatFollowsTheEndDoesNotChangeClipsFeatures() {
    Random random = Randomness.ofTest();
    try (Model model = model("clip-tiny");
        var _ = new Scope();
        var _ = new NoGrad()) {
      var encoder = (DualEncoder) model;
      Tensor expected = encoder.textFeatures(text(padding(END)));
      assertThat(distance(encoder.textFeatures(text(padding(0))), expected)).isLessThan(1e-6);
      long[] noise = random.longs(12, 0, END).toArray();
      assertThat(distance(encoder.textFeatures(text(noise)), expected)).isLessThan(1e-6);
      Tensor unpadded = Tensors.slice(text(noise), 1, 0, 4);
      assertThat(distance(encoder.textFeatures(unpadded), expected)).isLessThan(1e-6);
    }
  }

  @Test
  void whatPrecedesTheEndDoesChangeClipsFeatures() {
    try (Model model = model("clip-tiny");
        var _ = new Scope();
        var _ = new NoGrad()) {
      var encoder = (DualEncoder) model;
      Tensor text = text(padding(END));
      Tensor other = text.clone();
      other.select(1, 1).fill_(new Scalar(7f));
      assertThat(distance(encoder.textFeatures(text), encoder.textFeatures(other)))
          .isGreaterThan(1e-4);
    }
  }

  @Test
  void paddingIsAPartOfSigLipsTexts() {
    try (Model model = model("siglip-tiny");
        var _ = new Scope();
        var _ = new NoGrad()) {
      var encoder = (DualEncoder) model;
      Tensor ends = encoder.textFeatures(text(padding(END)));
      assertThat(distance(encoder.textFeatures(text(padding(0))), ends)).isGreaterThan(1e-4);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "clip-tiny, 9, 4.6051702",
    "clip-tiny, -3, 0",
    "clip-tiny, 2.5, 2.5",
    "siglip-tiny, 9, 4.6051702",
    "siglip-tiny, -3, -3"
  })
  void theScaleIsHeldWithinItsBoundsAfterAStep(String name, float value, double held) {
    try (Model model = model(name);
        var _ = new Scope()) {
      Tensor scale = model.parameters().get("logitScale");
      try (var _ = new NoGrad()) {
        scale.fill_(new Scalar(value));
      }
      model.afterStep();
      assertThat(scale.item_double()).isCloseTo(held, within(1e-6));
      assertThat(model.gauges().get("logit_scale")).isCloseTo(Math.exp(held), within(1e-3));
      assertThat(scale.requires_grad()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip-tiny", "siglip-tiny"})
  void everyParameterGetsAGradient(String name) {
    try (Model model = model(name);
        var _ = new Scope();
        var batch = new Batch()) {
      model.setTraining(true);
      Random random = Randomness.seeded(22);
      batch.put(Batch.PIXELS, Tensors.of(Randomness.normal(random, 2 * 3 * 48 * 48), 2, 3, 48, 48));
      long[] ids = random.longs(32, 0, END).toArray();
      ids[15] = ids[31] = END;
      batch.put(Batch.TOKENS, Tensors.of(ids, 2, 16));
      var losses = model.losses(batch);
      assertThat(losses.keySet()).containsExactly("contrastive_loss");
      losses.firstEntry().getValue().backward();
      model
          .parameters()
          .forEach((key, parameter) -> assertThat(parameter.grad().defined()).as(key).isTrue());
    }
  }

  @Test
  void aBatchWithoutTextsIsRefusedByName() {
    try (Model model = model("clip-tiny");
        var _ = new Scope();
        var batch = new Batch()) {
      batch.put(Batch.PIXELS, Tensors.of(new float[3 * 48 * 48], 1, 3, 48, 48));
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> model.losses(batch))
          .withMessageContaining("'input_ids'");
    }
  }

  @Test
  void picturesOfAnotherSizeAreOneLineThatNamesTheTower() {
    try (Model model = model("clip-tiny");
        var _ = new Scope()) {
      Tensor pixels = Tensors.of(new float[3 * 24 * 24], 1, 3, 24, 24);
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> ((DualEncoder) model).imageFeatures(pixels))
          .satisfies(e ->
              assertThat(e.getMessage())
                  .hasLineCount(1)
                  .startsWith("vision: ")
                  .contains("[1, 3, 24, 24]"));
    }
  }

  @Test
  void theSameSeedGivesTheSameModel() {
    try (Model a = model("clip-tiny");
        Model b = model("clip-tiny")) {
      a.parameters()
          .forEach((key, parameter) ->
              assertThat(distance(parameter, b.parameters().get(key))).as(key).isZero());
    }
  }

  @Test
  void sigLipsImageTowerMustEndInTheCommonSpace() {
    var tree = ModelSpec.of("siglip-tiny").toTree().put("embedWidth", 64);
    assertRefused(() -> ModelSpec.parse(tree, "tree").create(), "64", "embedWidth");
  }
}
