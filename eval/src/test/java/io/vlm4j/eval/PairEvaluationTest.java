package io.vlm4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class PairEvaluationTest {
  private final Pretrained model = model();

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void picturesAreMeasuredAgainstTheirDistinctPrincipalTexts() {
    List<Sample> samples =
        List.of(
            sample("a", picture(1), "red", "other"),
            sample("b", picture(2), "red"),
            sample("c", picture(3), "blue"));

    var evaluation = PairEvaluation.of(model, samples);

    assertThat(evaluation.samples()).isEqualTo(samples);
    assertThat(evaluation.retrieval().candidates()).containsExactly("red", "blue");
    assertThat(evaluation.retrieval().images()).hasDimensions(3, 32);
    assertThat(evaluation.retrieval().texts()).hasDimensions(2, 32);
    assertThat(evaluation.retrieval().metrics()).containsEntry("image_to_text_R@5", 1.0);
    assertThat(evaluation.skipped().count()).isZero();
  }

  @Test
  void aBrokenPictureIsSkippedAndCounted() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 300; i++) { // more than are embedded at once
      samples.add(sample("s" + i, i == 280 ? PairEvaluationTest::broken : picture(i), "text " + i));
    }

    var evaluation = PairEvaluation.of(model, samples);

    assertThat(evaluation.skipped().causes()).containsExactly(entry("s280", "broken"));
    assertThat(evaluation.samples()).hasSize(299).doesNotContain(samples.get(280));
    assertThat(evaluation.retrieval().candidates()).hasSize(299).doesNotContain("text 280");
    assertThat(evaluation.retrieval().images()[280])
        .as("the pictures after it keep their places")
        .containsExactly(
            model.embedImages(List.of(samples.get(281).picture().pixels()))[0], within(1e-5f));
  }

  @Test
  void whereNoPictureCanBeReadThereIsNothingToMeasure() {
    assertThatThrownBy(
            () -> PairEvaluation.of(model, List.of(sample("a", PairEvaluationTest::broken, "a"))))
        .isInstanceOf(InputException.class)
        .hasMessage("not one of 1 pictures can be read");
  }

  private static Pixels broken() {
    throw new InputException("broken");
  }

  private static Supplier<Pixels> picture(int seed) {
    return () -> Pictures.noise(16, 16, seed);
  }

  private static Sample sample(String key, Supplier<Pixels> picture, String... texts) {
    return Sample.pair(key, key, Picture.drawn(key, picture), List.of(texts), Map.of());
  }

  private static Pretrained model() {
    var tokenizer = Tokenizer.of(BytePairs.learn(List.of("red", "blue"), 560), 8);
    ModelSpec<?> spec =
        ModelSpec.parse(Json.fromYaml(TinyModels.CLIP, ObjectNode.class, "tiny"), "tiny")
            .withVocabulary(tokenizer.vocabularySize());
    var model = spec.create();
    model.setTraining(false);
    return new Pretrained(spec, model, tokenizer, spec.preprocessing(), new Device("cpu"));
  }
}
