package io.vlm4j.model;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class ConverterTest {
  @TempDir Path folder;

  private static Layout other(Layout layout) {
    return layout == Layout.HUGGING_FACE ? Layout.OPEN_CLIP : Layout.HUGGING_FACE;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clip-hf-tiny",
        "clip-hf-sharded-bf16",
        "openclip-tiny",
        "train-openclip-tiny",
        "siglip-hf-tiny"
      })
  void aFixtureComesBackBitForBitWithItsConfiguration(String name) throws IOException {
    Path source = Fixtures.folder(name);
    Layout layout = ModelFolder.open(source).layout();
    Path there = folder.resolve("there");
    Path back = folder.resolve("back");

    var result = Converter.convert(source, there, other(layout), null);
    Converter.convert(there, back, layout, null);

    assertThat(result.dropped()).isEmpty();
    assertThat(ModelFolder.open(there).layout()).isEqualTo(other(layout));
    assertThat(ModelFolder.open(there).report().isExact()).isTrue();
    assertSameTensors(source, back);
    assertThat(config(back, layout)).isEqualTo(config(source, layout));
    for (String carried : result.carried()) {
      assertThat(back.resolve(carried)).hasSameBinaryContentAs(source.resolve(carried));
    }
  }

  private static ObjectNode config(Path path, Layout layout) {
    return Json.readObject(path.resolve(layout.configFile()));
  }

  private static void assertSameTensors(Path first, Path second) {
    try (TensorSource a = ModelFolder.open(first).weights();
        TensorSource b = ModelFolder.open(second).weights();
        var _ = new Scope()) {
      assertThat(b.names()).containsExactlyInAnyOrderElementsOf(a.names());
      for (String name : a.names()) {
        assertThat(b.type(name)).as(name).isEqualTo(a.type(name));
        assertThat(b.shape(name)).as(name).isEqualTo(a.shape(name));
        assertThat(Tensors.bytes(b.read(name))).as(name).isEqualTo(Tensors.bytes(a.read(name)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"clip-tiny, HUGGING_FACE", "siglip-tiny, HUGGING_FACE", "siglip-tiny, OPEN_CLIP"})
  void aModelOfOursComesBackBitForBitWithItsConfiguration(String name, Layout layout) {
    Engine.seed(3);
    ModelSpec<?> spec = ModelSpec.of(name).withVocabulary(50);
    Path source = folder.resolve("source");
    RandomFolder.write(spec, source, layout, ScalarType.Float, null);
    Converter.convert(source, folder.resolve("there"), other(layout), null);
    Converter.convert(folder.resolve("there"), folder.resolve("back"), layout, null);
    assertSameTensors(source, folder.resolve("back"));
    for (String copy : new String[] {"source", "there", "back"}) {
      var read = ModelFolder.open(folder.resolve(copy));
      assertThat(read.spec().config()).as(copy).isEqualTo(spec.config());
      assertThat(read.preprocessing()).as(copy).isEqualTo(spec.preprocessing());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip-hf-tiny", "openclip-tiny", "siglip-hf-tiny"})
  void theConvertedModelComputesTheSame(String name) {
    Path source = Fixtures.folder(name);
    Path there = folder.resolve("there");
    Converter.convert(source, there, other(ModelFolder.open(source).layout()), null);
    var differences =
        Parity.against(
            ModelFolder.open(there),
            source.resolve("expected/forward.safetensors"),
            LoadOptions.DEFAULT,
            Engine.device("cpu"),
            null);
    assertThat(differences).hasSize(3).allMatch(difference -> difference.isWithin(2e-5));
  }

  @Test
  void aCocaIsWrittenInTheLayoutThatKnowsSuchModels() {
    Path source = Fixtures.folder("coca-openclip-tiny");
    Path there = folder.resolve("there");
    Converter.convert(source, there, Layout.OPEN_CLIP, null);
    assertSameTensors(source, there);
    assertThat(ModelFolder.open(there).spec().config())
        .isEqualTo(ModelFolder.open(source).spec().config());
    assertRefused(
        () -> Converter.convert(source, folder.resolve("hf"), Layout.HUGGING_FACE, null),
        "coca",
        "HUGGING_FACE");
    assertThat(folder.resolve("hf")).doesNotExist();
  }

  @Test
  void anotherNumberFormatIsWrittenAndNamed() {
    Path target = folder.resolve("bf16");
    Converter.convert(
        Fixtures.folder("openclip-tiny"), target, Layout.HUGGING_FACE, ScalarType.BFloat16);
    try (TensorSource weights = ModelFolder.open(target).weights()) {
      assertThat(weights.names()).allMatch(key -> weights.type(key) == ScalarType.BFloat16);
    }
    assertThat(Json.readObject(target.resolve("config.json")).path("torch_dtype").asString())
        .isEqualTo("bfloat16");
  }

  @Test
  void whatIsNotCarriedIsNamedWithItsShape() {
    Path source = folder.resolve("source");
    RandomFolder.write(
        ModelSpec.of("clip-tiny").withVocabulary(50),
        source,
        Layout.HUGGING_FACE,
        ScalarType.Float,
        null);
    try (var _ = new Scope()) {
      Path weights = source.resolve("model.safetensors");
      var tensors = new LinkedHashMap<>(TensorSource.readAll(weights));
      tensors.put("text_model.embeddings.position_ids", Tensors.of(new long[16], 1, 16));
      tensors.put("probe", Tensors.of(new float[2], 2));
      SafeTensors.write(weights, tensors, Map.of("format", "pt"));
    }
    var result = Converter.convert(source, folder.resolve("there"), Layout.OPEN_CLIP, null);
    assertThat(result.dropped().toString())
        .contains("'probe' [2]", "'text_model.embeddings.position_ids' [1, 16]");
  }

  @Test
  void aTargetThatExistsIsNotTouched() throws IOException {
    Path source = Fixtures.folder("openclip-tiny");
    Files.writeString(folder.resolve("mine"), "x");
    assertRefused(
        () -> Converter.convert(source, folder, Layout.HUGGING_FACE, null),
        folder.toString(),
        "exists");
    assertThat(folder.resolve("mine")).hasContent("x");
  }

  @Test
  void anEditedConfigurationCountsMoreThanWhatTravelsBesideIt() throws IOException {
    Path there = folder.resolve("there");
    Converter.convert(Fixtures.folder("openclip-tiny"), there, Layout.HUGGING_FACE, null);
    Path file = there.resolve("config.json");
    Files.writeString(
        file,
        Files.readString(file)
            .replaceFirst("\"hidden_act\" : \"gelu\"", "\"hidden_act\" : \"quick_gelu\""));
    var tree = ModelFolder.open(there).spec().toTree();
    assertThat(tree.toString()).contains("quick_gelu");
  }
}
