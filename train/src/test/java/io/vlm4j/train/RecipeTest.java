package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class RecipeTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    for (Recipe recipe :
        new Recipe[] {Recipe.demo(), Recipe.standard(), Recipe.fineTuning(Recipe.demo().model())}) {
      Path file = Files.writeString(folder.resolve("run.yaml"), Json.toYaml(recipe.toTree()));

      assertThat(Recipe.read(file).toTree()).isEqualTo(recipe.toTree());
    }
  }

  @Test
  void everyRecipeThatComesAlongCanBeNamed() {
    for (String name : Recipe.names()) {
      assertThat(Recipe.of(name).training().batchSize()).isPositive();
    }
    assertThat(Recipe.of("coca-demo").model().family().name()).isEqualTo("coca");
    assertThatThrownBy(() -> Recipe.of("coca-demmo"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("coca-demmo")
        .hasMessageContaining("coca-demo");
  }

  @Test
  void partsAreNamedAndAddedAndSurviveAChange() {
    Recipe some = Recipe.demo().withParts(Map.of("vision", "one"));
    Recipe changed =
        some.withParts(Map.of("language", "two"))
            .with(Map.of("training.seed", Json.parse("3")))
            .withModel(some.model());

    assertThat(Recipe.demo().parts()).isEmpty();
    assertThat(changed.parts()).isEqualTo(Map.of("vision", "one", "language", "two"));
    assertThat(changed.toTree().at("/parts/language").asString()).isEqualTo("two");
  }

  @Test
  void aRecipeWithoutPartsNeedsNoKeyForThem() throws IOException {
    String yaml = Json.toYaml(Recipe.demo().toTree());

    assertThat(read(yaml.replaceFirst("(?m)^parts:.*\\n", "")).toTree())
        .isEqualTo(Recipe.demo().toTree());
  }

  @Test
  void theModelMayBeNamedOrWrittenOut() throws IOException {
    String yaml = Json.toYaml(Recipe.demo().toTree());
    String named = "model: clip-micro\n" + yaml.substring(yaml.indexOf("training:"));

    assertThat(read(named).toTree()).isEqualTo(read(yaml).toTree());
  }

  @Test
  void anUnknownKeyIsRefusedByName() {
    String yaml = Json.toYaml(Recipe.demo().toTree());

    assertThatThrownBy(() -> read(yaml.replace("batchSize:", "batch_size: 1\n  batchSize:")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("recipe.yaml")
        .hasMessageContaining("batch_size")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> read(yaml + "\nextra: 1\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("extra");
  }

  @Test
  void aMissingKeyIsRefusedByName() {
    String yaml = Json.toYaml(Recipe.demo().toTree());

    assertThatThrownBy(() -> read(yaml.replaceFirst("(?m)^ *beta2:.*\n", "")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("beta2");
    assertThatThrownBy(() -> read(yaml.substring(yaml.indexOf("training:"))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model");
  }

  @ParameterizedTest
  @CsvSource({
    "'', recipe.yaml",
    "'- a list', recipe.yaml",
    "'a: [', recipe.yaml",
    "'text', recipe.yaml",
    "'model: clip-tiny', training",
    "'model: no-such-model\ntraining: {}', recipe.yaml"
  })
  void whatIsNoRecipeIsRefusedInOneLine(String yaml, String named) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(named)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "training.batchSize, 0, batchSize must be at least 1",
    "training.learningRate, '\"fast\"', learningRate",
    "training.precision, '\"f17\"', unknown precision 'f17'",
    "training.augmentation.minArea, 2, minArea",
    "model.vision.patchSize, 49, patchSize 49",
    "model.embedWidth, 0, embedWidth must be at least 1",
    "training.seed, null, seed",
    "training.batchSize, 1.5, batchSize"
  })
  void anImpossibleValueIsRefusedByName(String key, String value, String message) {
    assertThatThrownBy(() -> Recipe.demo().with(Map.of(key, Json.parse(value))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void singleKeysAreChangedByTheirDottedNames() {
    Recipe changed =
        Recipe.demo()
            .with(
                Map.of(
                    "training.learningRate", Json.parse("0.25"),
                    "training.augmentation.rotation", Json.parse("9"),
                    "model.vision.layers", Json.parse("2")));

    assertThat(changed.training().learningRate()).isEqualTo(0.25);
    assertThat(changed.training().augmentation().rotation()).isEqualTo(9);
    assertThat(changed.toTree().at("/model/vision/layers").asInt()).isEqualTo(2);
    assertThat(changed.training().batchSize()).isEqualTo(Recipe.demo().training().batchSize());
  }

  @ParameterizedTest
  @CsvSource({
    "training.learningrate, the recipe has no 'training.learningrate': known there are [batchSize",
    "training.batchSize.x, the recipe has no 'training.batchSize.x'",
    "optimizer, 'the recipe has no ''optimizer'': known there are [model, training, parts]'",
    "'', the recipe has no ''"
  })
  void aKeyThatTheRecipeLacksIsRefused(String key, String message) {
    assertThatThrownBy(() -> Recipe.demo().with(Map.of(key, number())))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> Recipe.read(folder.resolve("absent.yaml")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("absent.yaml: there is no such file");
  }

  private static JsonNode number() {
    return Json.parse("1");
  }

  private Recipe read(String yaml) throws IOException {
    return Recipe.read(Files.writeString(folder.resolve("recipe.yaml"), yaml));
  }
}
