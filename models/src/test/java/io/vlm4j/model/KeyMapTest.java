package io.vlm4j.model;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vlm4j.io.Json;
import io.vlm4j.nn.Init;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

class KeyMapTest {
  static Stream<Arguments> namedConfigurations() {
    return ModelSpec.names().stream()
        .flatMap(name ->
            ModelSpec.of(name).family().layouts().stream()
                .map(layout -> Arguments.of(name, layout)));
  }

  /** On shapes alone: the largest of these models would take ten gigabytes. */
  @ParameterizedTest
  @MethodSource("namedConfigurations")
  void everyNamedConfigurationIsInOneToOneCorrespondenceWithEveryLayout(
      String name, Layout layout) {
    ModelSpec<?> spec = ModelSpec.of(name);
    try (var _ = Init.shapes();
        Model model = spec.create();
        var _ = new Scope()) {
      KeyMap keys = spec.family().keys(layout);
      var ours = model.weights();
      var theirs = keys.toTheirs(ours);
      long parts = ours.keySet().stream().mapToLong(key -> keys.parts(key).names().size()).sum();
      assertThat(theirs).hasSize(Math.toIntExact(parts)); // no two of ours have one name of theirs
      ours.forEach((key, tensor) -> {
        KeyMap.Parts names = keys.parts(key);
        List<long[]> shapes = names.shapes(tensor.shape());
        for (int i = 0; i < shapes.size(); i++) {
          assertThat(theirs.get(names.names().get(i)).shape()).as(key).isEqualTo(shapes.get(i));
        }
      });
      var back = keys.toOurs(theirs, name);
      assertThat(back.keySet()).isEqualTo(ours.keySet());
      back.forEach(
          (key, tensor) -> assertThat(tensor.shape()).as(key).isEqualTo(ours.get(key).shape()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "clip-tiny, HUGGING_FACE",
    "clip-tiny, OPEN_CLIP",
    "siglip-tiny, HUGGING_FACE",
    "siglip-tiny, OPEN_CLIP",
    "coca-tiny, OPEN_CLIP",
    "flava-tiny, HUGGING_FACE"
  })
  void parametersComeBackBitForBitFromTheLayout(String name, Layout layout) {
    Engine.seed(1);
    ModelSpec<?> spec = ModelSpec.of(name);
    try (Model model = spec.create();
        var _ = new Scope()) {
      KeyMap keys = spec.family().keys(layout);
      var ours = model.weights();
      var theirs = keys.toTheirs(ours);
      assertThat(theirs.keySet()).doesNotContainAnyElementsOf(ours.keySet());
      var back = keys.toOurs(theirs, "memory");
      assertThat(back.keySet()).containsExactlyInAnyOrderElementsOf(ours.keySet());
      back.forEach((key, tensor) -> {
        assertThat(tensor.shape()).as(key).isEqualTo(ours.get(key).shape());
        assertThat(torch.equal(tensor, ours.get(key))).as(key).isTrue();
      });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "clip-hf-tiny/model.safetensors, clip, HUGGING_FACE",
    "openclip-tiny/open_clip_model.safetensors, clip, OPEN_CLIP",
    "siglip-hf-tiny/model.safetensors, siglip, HUGGING_FACE"
  })
  void aForeignCheckpointComesBackBitForBitFromOurs(String file, String family, Layout layout) {
    try (var _ = new Scope()) {
      KeyMap keys = Family.named(family).keys(layout);
      var theirs = Fixtures.tensors(file);
      var back = keys.toTheirs(keys.toOurs(theirs, file));
      assertThat(back.keySet()).containsExactlyInAnyOrderElementsOf(theirs.keySet());
      back.forEach((key, tensor) -> {
        assertThat(tensor.shape()).as(key).isEqualTo(theirs.get(key).shape());
        assertThat(torch.equal(tensor, theirs.get(key))).as(key).isTrue();
      });
    }
  }

  /** The fixtures' keys are those of OpenCLIP and Hugging Face. */
  @ParameterizedTest
  @CsvSource({
    "clip-hf-tiny, HUGGING_FACE",
    "openclip-tiny, OPEN_CLIP",
    "siglip-hf-tiny, HUGGING_FACE"
  })
  void aModelOfTheSameConfigurationHasTheKeysOfTheCheckpoint(String folder, Layout layout) {
    var json = Json.readObject(Fixtures.folder(folder).resolve(layout.configFile()));
    var theirs = Fixtures.tensors(folder + "/" + layout.weightsFile());
    ModelSpec<?> spec = spec(Family.of(layout, json), layout, json);
    try (Model model = spec.create();
        var _ = new Scope()) {
      var ours = spec.family().keys(layout).toTheirs(model.parameters());
      var expected = new HashSet<>(theirs.keySet());
      expected.removeIf(key -> key.endsWith("position_ids"));
      assertThat(ours.keySet()).isEqualTo(expected);
      ours.forEach(
          (key, tensor) -> assertThat(tensor.shape()).as(key).isEqualTo(theirs.get(key).shape()));
    }
  }

  static <C extends Record> ModelSpec<C> spec(Family<C> family, Layout layout, ObjectNode json) {
    return new ModelSpec<>(family, family.readConfig(layout, json));
  }

  private static final KeyMap KEYS =
      KeyMap.builder()
          .split("*.qkv.*", "layers.*.q.*", "layers.*.k.*", "layers.*.v.*")
          .transpose("projection", "proj")
          .oneElement("scale", "logit_scale")
          .rename("norm.*", "ln.*")
          .ignore("*.position_ids")
          .build();

  @Test
  void thirdsAreJoinedInOrder() {
    try (var _ = new Scope()) {
      var ours =
          KEYS.toOurs(
              Map.of("layers.3.v.w", value(3), "layers.3.q.w", value(1), "layers.3.k.w", value(2)),
              "memory");
      assertThat(ours.keySet()).containsExactly("3.qkv.w");
      assertThat(Tensors.toFloats(ours.get("3.qkv.w"))).containsExactly(1, 2, 3);
    }
  }

  private static final KeyMap JOINED =
      KeyMap.builder()
          .join("h.*.fused", List.of(2, 1, 1), "*.q", "*.k", "*.v")
          .joinTransposed("h.*.pair", "*.gate", "*.up")
          .build();

  @Test
  void sharesOfOneOfTheirsBecomeSeveralOfOursAndBack() {
    try (var _ = new Scope()) {
      Tensor fused = Tensors.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 8);
      Tensor pair = Tensors.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4);
      var theirs = Map.of("h.0.fused", fused, "h.1.fused", fused.neg(), "h.0.pair", pair);
      var ours = JOINED.toOurs(theirs, "f");
      assertThat(ours.keySet())
          .containsExactlyInAnyOrder("0.q", "0.k", "0.v", "1.q", "1.k", "1.v", "0.gate", "0.up");
      assertThat(Tensors.toFloats(ours.get("0.q"))).containsExactly(1, 2, 3, 4);
      assertThat(Tensors.toFloats(ours.get("0.k"))).containsExactly(5, 6);
      assertThat(Tensors.toFloats(ours.get("1.v"))).containsExactly(-7, -8);
      assertThat(Tensors.toFloats(ours.get("0.gate"))).containsExactly(1, 5, 2, 6);
      assertThat(Tensors.toFloats(ours.get("0.up"))).containsExactly(3, 7, 4, 8);
      var back = JOINED.toTheirs(ours);
      assertThat(back.keySet()).isEqualTo(theirs.keySet());
      back.forEach(
          (name, tensor) -> assertThat(torch.equal(tensor, theirs.get(name))).as(name).isTrue());
      assertThat(JOINED.parts("0.k").shapes(new long[] {2}).getFirst()).containsExactly(8);
      assertThat(JOINED.parts("0.up").shapes(new long[] {2, 2}).getFirst()).containsExactly(2, 4);
      Tensor seven = Tensors.of(new float[7], 7);
      assertRefused(() -> JOINED.toOurs(Map.of("h.0.fused", seven), "f"), "h.0.fused", "[7]");
    }
  }

  @Test
  void aDescriptionOfAPartKnowsWhatItJoins() {
    KeyMap nested = KeyMap.builder().nested("language.", "lm.", JOINED).build();
    try (var _ = new Scope()) {
      var ours = nested.toOurs(Map.of("lm.h.0.pair", Tensors.of(new float[8], 2, 4)), "f");
      assertThat(ours).containsOnlyKeys("language.0.gate", "language.0.up");
      assertThat(nested.toTheirs(ours)).containsOnlyKeys("lm.h.0.pair");
    }
  }

  private static Tensor value(float value) {
    return Tensors.of(new float[] {value}, 1);
  }

  @Test
  void aMissingPartIsNamed() {
    try (var _ = new Scope()) {
      for (String missing : List.of("k", "v")) {
        var theirs = new LinkedHashMap<String, Tensor>();
        for (String part : List.of("q", "k", "v")) {
          theirs.put("layers.0." + part + ".w", value(1));
        }
        theirs.remove("layers.0." + missing + ".w");
        assertRefused(
            () -> KEYS.toOurs(theirs, "my.safetensors"),
            "my.safetensors",
            "'layers.0." + missing + ".w'");
      }
    }
  }

  @Test
  void partsOfImpossibleShapesAreNamed() {
    try (var _ = new Scope()) {
      Tensor two = Tensors.of(new float[2], 2);
      Tensor cube = Tensors.of(new float[8], 2, 2, 2);
      assertRefused(() -> KEYS.toOurs(Map.of("proj", cube), "f"), "f", "proj", "[2, 2, 2]");
      assertRefused(() -> KEYS.toOurs(Map.of("logit_scale", two), "f"), "logit_scale", "[2]");
      var parts = Map.of("layers.0.q.w", two, "layers.0.k.w", cube, "layers.0.v.w", two);
      assertRefused(() -> KEYS.toOurs(parts, "f"), "layers.0.k.w", "[2, 2, 2]");
    }
  }

  @Test
  void whatNoRuleKnowsKeepsItsNameAndWhatIsIgnoredGoes() {
    try (var _ = new Scope()) {
      var theirs = Map.of("what.is.this", value(1), "text.position_ids", value(2));
      assertThat(KEYS.toOurs(theirs, "f").keySet()).containsExactly("what.is.this");
    }
  }

  @Test
  void aStarDoesNotReachAcrossADot() {
    try (var _ = new Scope()) {
      assertThat(KEYS.toOurs(Map.of("ln.a.b", value(1)), "f")).containsOnlyKeys("ln.a.b");
      assertThat(KEYS.toOurs(Map.of("ln.ab", value(1)), "f")).containsOnlyKeys("norm.ab");
    }
  }

  @Test
  void aParameterWithoutARuleIsABug() {
    try (var _ = new Scope()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> KEYS.toTheirs(Map.of("nameless", value(1))))
          .withMessageContaining("'nameless'");
    }
  }
}
