package io.vlm4j.model;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
  private static final Device CPU = Engine.device("cpu");

  @TempDir Path folder;

  private Path random(String name, Layout layout) {
    Engine.seed(5);
    Path path = folder.resolve(name);
    RandomFolder.write(ModelSpec.of(name).withVocabulary(50), path, layout, ScalarType.Float, null);
    return path;
  }

  private static void change(Path path, UnaryOperator<String> rename, UnaryOperator<Tensor> value) {
    Path weights = ModelFolder.open(path).weightsFile();
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      TensorSource.readAll(weights)
          .forEach((key, tensor) -> tensors.put(rename.apply(key), value.apply(tensor)));
      SafeTensors.write(weights, tensors, Map.of("format", "pt"));
    }
  }

  private static void assertSameParameters(Model a, Model b) {
    a.parameters()
        .forEach((key, parameter) ->
            assertThat(torch.equal(parameter, b.parameters().get(key))).as(key).isTrue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.", "_orig_mod."})
  void aPrefixThatSomeCheckpointsHaveIsReadOver(String prefix) {
    Path path = random("clip-tiny", Layout.HUGGING_FACE);
    try (Model before = ModelFolder.open(path).load(LoadOptions.DEFAULT, CPU).model();
        var _ = new Scope()) {
      change(path, key -> prefix + key, tensor -> tensor);
      try (Model after = ModelFolder.open(path).load(LoadOptions.DEFAULT, CPU).model()) {
        assertSameParameters(before, after);
      }
    }
  }

  @Test
  void textKeysOfOpenClipMayStandUnderText() {
    Path path = random("clip-tiny", Layout.OPEN_CLIP);
    try (Model before = ModelFolder.open(path).load(LoadOptions.DEFAULT, CPU).model();
        var _ = new Scope()) {
      change(
          path, key -> key.matches("visual.*|logit_scale") ? key : "text." + key, tensor -> tensor);
      try (Model after = ModelFolder.open(path).load(LoadOptions.DEFAULT, CPU).model()) {
        assertSameParameters(before, after);
      }
    }
  }

  @Test
  void aScaleMayBeAScalarOrAVectorOfOneElement() {
    Path path = random("siglip-tiny", Layout.HUGGING_FACE);
    change(path, key -> key, tensor -> tensor.numel() == 1 ? tensor.reshape() : tensor);
    assertThat(ModelFolder.open(path).report().isExact()).isTrue();
  }

  @Test
  void nothingIsLeftUnsetWhateverTheLayout() {
    for (String name : new String[] {"clip-tiny", "siglip-tiny"}) {
      for (Layout layout : Layout.values()) {
        Engine.seed(5);
        Path path = folder.resolve(name + layout);
        ModelSpec<?> spec = ModelSpec.of(name).withVocabulary(50);
        try (Model original = spec.create()) {
          Engine.seed(5);
          RandomFolder.write(spec, path, layout, ScalarType.Float, null);
          try (Model read = ModelFolder.open(path).load(LoadOptions.DEFAULT, CPU).model()) {
            assertSameParameters(original, read);
          }
        }
      }
    }
  }

  @Test
  void differencesAreAllReportedAndRefusedUnlessLenient() {
    Path path = random("clip-tiny", Layout.HUGGING_FACE);
    change(
        path,
        key -> key.endsWith("class_embedding") ? "stranger" : key,
        tensor -> tensor.dim() == 4 ? Tensors.slice(tensor, 2, 0, 5).contiguous() : tensor);
    ModelFolder files = ModelFolder.open(path);
    LoadReport report = files.report();
    assertThat(report.missing().toString())
        .isEqualTo("['vision_model.embeddings.class_embedding' [192]]");
    assertThat(report.unexpected().toString()).isEqualTo("['stranger' [192]]");
    assertThat(report.misshapen().toString())
        .contains("patch_embedding.weight' is [192, 3, 5, 12] instead of [192, 3, 12, 12]");
    assertRefused(
        () -> files.load(LoadOptions.DEFAULT, CPU),
        "model.safetensors",
        "class_embedding",
        "[192, 3, 5, 12]",
        "'stranger'");
    try (Model model = files.load(LoadOptions.DEFAULT.leniently(), CPU).model()) {
      var values = Tensors.toFloats(model.parameters().get("vision.classToken"));
      assertThat(values).doesNotContain(Float.NaN);
      assertThat(values[0]).isNotEqualTo(values[1]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip-tiny", "siglip-tiny"})
  void positionsAreFittedToAnotherSizeAndItIsReported(String name) {
    ModelFolder files = ModelFolder.open(random(name, Layout.OPEN_CLIP));
    var options = LoadOptions.DEFAULT.withImageSize(72).withContextLength(7);
    var loaded = files.load(options, CPU);
    try (Model model = loaded.model();
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.setTraining(false);
      assertThat(loaded.report().adapted().toString())
          .contains("interpolated from 4 x 4 to 6 x 6", "cut after 7 positions");
      var encoder = (DualEncoder) model;
      assertThat(encoder.imageFeatures(torch.randn(1, 3, 72, 72)).size(0)).isEqualTo(1);
      assertThat(encoder.textFeatures(Tensors.of(new long[7], 1, 7)).size(0)).isEqualTo(1);
    }
    assertRefused(() -> files.load(LoadOptions.DEFAULT.withContextLength(99), CPU), "[99, ");
  }

  /** 8 bits of mantissa: a hundredth of the embeddings' size, and hardly a turn. */
  @ParameterizedTest
  @ValueSource(strings = {"clip-hf-tiny", "clip-hf-sharded-bf16", "siglip-hf-tiny"})
  void parametersInHalfThePrecisionGiveNearlyTheSame(String name) {
    Path path = Fixtures.folder(name);
    var options = LoadOptions.DEFAULT.withPrecision(Precision.BF16);
    var differences =
        Parity.against(
            ModelFolder.open(path),
            path.resolve("expected/forward.safetensors"),
            options,
            CPU,
            null);
    assertThat(differences.subList(0, 2)).allMatch(difference -> difference.cosine() > 0.999);
    try (Model model = ModelFolder.open(path).load(options, CPU).model();
        var _ = new Scope();
        var _ = new NoGrad()) {
      assertThat(model.parameters().values())
          .allMatch(p -> p.scalar_type().intern() == ScalarType.BFloat16);
      var tensors = Fixtures.tensors(name + "/expected/forward.safetensors");
      Tensor features = ((DualEncoder) model).imageFeatures(tensors.get("pixel_values"));
      assertThat(features.scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertThat(distance(features, tensors.get("image_embeds"))).isPositive();
    }
  }

  @Test
  void aDumpNamesEveryLayerAndTwoDumpsAreComparedInOrder() {
    Path path = Fixtures.folder("clip-hf-tiny");
    Path expected = path.resolve("expected/forward.safetensors");
    Path first = folder.resolve("first.safetensors");
    Path second = folder.resolve("second.safetensors");
    ModelFolder files = ModelFolder.open(path);
    Parity.against(files, expected, LoadOptions.DEFAULT, CPU, first);
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<>(TensorSource.readAll(first));
      assertThat(tensors.keySet())
          .contains("vision.patches", "vision.blocks.1.mlp.up", "text.blocks.0", "text");
      tensors.replaceAll(
          (name, tensor) -> name.startsWith("vision.blocks.1") ? tensor.add(tensor) : tensor);
      SafeTensors.write(second, tensors, Map.of());
    }
    assertThat(Parity.compare(first, first)).allMatch(difference -> difference.maxAbs() == 0);
    var parted = Parity.compare(first, second).stream().filter(d -> !d.isWithin(1e-6)).findFirst();
    assertThat(parted.orElseThrow().name()).isEqualTo("vision.blocks.1.norm1");
  }
}
