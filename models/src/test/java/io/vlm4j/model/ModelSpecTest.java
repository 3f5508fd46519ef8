package io.vlm4j.model;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelSpecTest {
  @TempDir Path folder;

  static Stream<String> names() {
    return ModelSpec.names().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyNamedConfigurationIsReadAndWrittenBack(String name) throws IOException {
    ModelSpec<?> spec = ModelSpec.of(name);
    assertThat(ModelSpec.parse(spec.toTree(), "tree").config()).isEqualTo(spec.config());
    Path file = Files.writeString(folder.resolve("m.yaml"), Json.toYaml(spec.toTree()));
    ModelSpec<?> again = ModelSpec.of(file.toString());
    assertThat(again.config()).isEqualTo(spec.config());
    assertThat(again.toTree()).isEqualTo(spec.toTree());
    if (spec.readsPictures()) {
      assertThat(spec.preprocessing().size()).isPositive();
    }
    if (spec.readsTexts()) {
      assertThat(spec.contextLength()).isGreaterThan(1);
      assertThat(spec.withVocabulary(777).vocabularySize()).isEqualTo(777);
    }
  }

  @Test
  void anUnknownNameIsRefusedBesideTheList() {
    assertRefused(() -> ModelSpec.of("ViT-B-33"), "'ViT-B-33'", "clip-tiny", "ViT-L-14");
    assertRefused(() -> ModelSpec.of("index.txt"), "'index.txt'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "embedWidth: 192   | embedWidth: 192~width: 3  | width",
        "patchSize: 12     | patchSize: 12~  stride: 3 | stride",
        "embedWidth: 192   | embedWidth: wide          | embedWidth",
        "embedWidth: 192   | embedWidth: 0             | embedWidth",
        "family: clip      | family: clop              | clop",
        "family: clip      | name: clip                | family",
        "patchSize: 12     | patchSize: 49             | patchSize",
        "patchSize: 12     | patchSize: 12.5           | patchSize",
        "patchSize: 12     | patch: 12                 | patch",
        "logitBias: 0.0    | logitBias: null           | logitBias",
        "activation: gelu  | activation: [gelu]        | activation",
      })
  void aWrongConfigurationIsRefusedByFileAndKey(String good, String bad, String key)
      throws IOException {
    String yaml = Json.toYaml(ModelSpec.of("clip-tiny").toTree()).replace("\"", "");
    assertThat(yaml).contains(good);
    Path file =
        Files.writeString(folder.resolve("my.yaml"), yaml.replace(good, bad.replace('~', '\n')));
    assertRefused(() -> ModelSpec.of(file.toString()), "my.yaml", key);
  }

  @Test
  void aFileThatIsNoModelIsRefused() throws IOException {
    for (String content : new String[] {"", "7", "[1]", "family: [clip]", "\tx"}) {
      Path file = Files.writeString(folder.resolve("my.yaml"), content);
      assertRefused(() -> ModelSpec.of(file.toString()), "my.yaml");
    }
  }

  @Test
  void familiesAreFoundByNameAndByForeignConfigurations() {
    assertThat(Family.named("siglip").name()).isEqualTo("siglip");
    var json = Json.object().put("model_type", "siglip");
    assertThat(Family.of(Layout.HUGGING_FACE, json).name()).isEqualTo("siglip");
    assertRefused(() -> Family.named("blip"), "'blip'", "clip", "siglip");
    assertRefused(
        () -> Family.of(Layout.HUGGING_FACE, Json.object().put("model_type", "blip")), "'blip'");
    assertRefused(() -> Family.of(Layout.HUGGING_FACE, Json.object()), "model type");
  }
}
