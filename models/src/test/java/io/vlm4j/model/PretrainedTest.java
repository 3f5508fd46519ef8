package io.vlm4j.model;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Strategy;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Randomness;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class PretrainedTest {
  private static final List<String> TEXTS =
      List.of("", "a red circle", "two blue squares above a red circle, and much more than fits");

  @TempDir Path folder;

  /** A model of random weights, as small as can be. */
  private static Pretrained random(String name) {
    Engine.seed(11);
    var pairs = BytePairs.learn(List.of("a red circle a red circle", "two blue squares"), 520);
    var tree = ModelSpec.of(name).toTree().put("embedWidth", 24);
    for (String tower : List.of("vision", "text")) {
      ((ObjectNode) tree.path(tower)).put("width", 24).put("mlpWidth", 48);
    }
    ModelSpec<?> spec = ModelSpec.parse(tree, name).withVocabulary(pairs.vocabulary().size());
    return new Pretrained(
        spec,
        spec.create(),
        Tokenizer.of(pairs, spec.contextLength()),
        spec.preprocessing(),
        Engine.device("cpu"));
  }

  private static List<Pixels> pictures() {
    Random random = Randomness.seeded(12);
    var pictures = new ArrayList<Pixels>();
    for (int[] size : new int[][] {{48, 48}, {60, 31}, {7, 90}}) {
      var rgb = new byte[3 * size[0] * size[1]];
      random.nextBytes(rgb);
      pictures.add(new Pixels(size[0], size[1], rgb));
    }
    return pictures;
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip-tiny", "siglip-tiny"})
  void aSavedModelGivesTheSameEmbeddingsBitForBit(String name) {
    try (Pretrained model = random(name)) {
      model.save(folder.resolve("model"));
      try (Pretrained again = Pretrained.load(folder.resolve("model"), Engine.device("cpu"))) {
        assertThat(again.embedImages(pictures())).isEqualTo(model.embedImages(pictures()));
        assertThat(again.embedTexts(TEXTS)).isEqualTo(model.embedTexts(TEXTS));
        assertThat(again.preprocessing()).isEqualTo(model.preprocessing());
        assertThat(again.spec().family().name()).isEqualTo(model.spec().family().name());
        assertThat(again.classify(pictures().getFirst(), List.of("a", "b"), List.of("{}")))
            .isEqualTo(model.classify(pictures().getFirst(), List.of("a", "b"), List.of("{}")));
      }
    }
  }

  @Test
  void embeddingsAreUnitVectorsWhateverTheBatch() {
    try (Pretrained model = random("clip-tiny")) {
      List<Pixels> many =
          Collections.nCopies(33, pictures()).stream().flatMap(List::stream).toList();
      float[][] rows = model.embedImages(many); // 99 pictures, more than one batch
      float[][] three = model.embedImages(pictures());
      assertThat(rows.length).isEqualTo(99);
      for (int i = 0; i < rows.length; i++) {
        assertThat(dot(rows[i], rows[i])).isCloseTo(1, within(1e-5));
        assertThat(dot(rows[i], three[i % 3])).isCloseTo(1, within(1e-5));
      }
      assertThat(model.embedImages(List.of()).length).isZero();
      assertThat(model.embedTexts(List.of()).length).isZero();
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** The keys that transformers' {@code CLIPConfig} and its two parts read. */
  @Test
  void theSavedConfigurationIsHuggingFaces() {
    try (Pretrained model = random("clip-tiny")) {
      model.save(folder.resolve("model"));
      JsonNode saved = Json.readObject(folder.resolve("model/config.json"));
      JsonNode fixture = Json.readObject(Fixtures.folder("clip-hf-tiny").resolve("config.json"));
      for (String part : List.of("", "/text_config", "/vision_config")) {
        fixture
            .at(part)
            .properties()
            .forEach(entry ->
                assertThat(saved.at(part).path(entry.getKey()).getNodeType())
                    .as(part + "/" + entry.getKey())
                    .isEqualTo(entry.getValue().getNodeType()));
      }
      assertThat(saved.path("model_type").asString()).isEqualTo("clip");
      assertThat(saved.path("architectures").path(0).asString()).isEqualTo("CLIPModel");
      assertThat(saved.at("/text_config/eos_token_id").asInt())
          .isEqualTo(model.tokenizer().endId());
      assertThat(saved.at("/text_config/bos_token_id").asInt())
          .isEqualTo(model.tokenizer().startId().getAsLong());
    }
  }

  @Test
  void aSavedFixtureHasTheKeysAndValuesOfTheFixture() {
    Path fixture = Fixtures.folder("clip-hf-tiny");
    try (Pretrained model = Pretrained.load(fixture, Engine.device("cpu"));
        var _ = new Scope()) {
      model.save(folder.resolve("model"));
      var saved = TensorSource.readAll(folder.resolve("model/model.safetensors"));
      var original = TensorSource.readAll(fixture.resolve("model.safetensors"));
      original.keySet().removeIf(key -> key.endsWith("position_ids"));
      assertThat(saved.keySet()).isEqualTo(original.keySet());
      try (TensorSource source = TensorSource.open(folder.resolve("model"))) {
        assertThat(source.metadata())
            .containsEntry("format", "pt"); // without it, transformers refuses the file
      }
      saved.forEach((key, tensor) ->
          assertThat(Tensors.bytes(tensor)).as(key).isEqualTo(Tensors.bytes(original.get(key))));
    }
  }

  @Test
  void positionIdsOfOlderCheckpointsArePassedOver() {
    change(tensors -> {
      tensors.put("text_model.embeddings.position_ids", Tensors.of(new long[16], 1, 16));
      tensors.put("vision_model.embeddings.position_ids", Tensors.of(new long[17], 1, 17));
    });
    try (Pretrained model = Pretrained.load(folder.resolve("model"), Engine.device("cpu"))) {
      assertThat(model.embedTexts(List.of("a")).length).isEqualTo(1);
    }
  }

  @Test
  void aMissingTensorIsNamed() {
    change(tensors -> tensors.remove("visual_projection.weight"));
    assertNotLoaded("visual_projection.weight", "[24, 24]");
    change(tensors -> tensors.remove("text_model.encoder.layers.1.self_attn.k_proj.bias"));
    assertNotLoaded("text_model.encoder.layers.1.self_attn.k_proj.bias");
    change(tensors -> tensors.remove("text_model.encoder.layers.1.self_attn.q_proj.bias"));
    assertNotLoaded("text_model.encoder.layers.1.self_attn.q_proj.bias");
  }

  @Test
  void anExtraTensorIsNamed() {
    change(tensors -> tensors.put("text_model.extra", Tensors.of(new float[1], 1)));
    assertNotLoaded("text_model.extra");
  }

  @Test
  void aReshapedTensorIsNamedWithBothShapes() {
    change(tensors -> tensors.put("logit_scale", Tensors.of(new float[2], 2)));
    assertNotLoaded("logit_scale", "[2]", "[]");
    String key = "vision_model.encoder.layers.0.self_attn.v_proj.weight";
    change(tensors -> tensors.put(key, Tensors.of(new float[24 * 7], 24, 7)));
    assertNotLoaded(key, "[24, 7]");
  }

  @Test
  void manyWrongTensorsAreOneLineStill() {
    change(tensors -> tensors.keySet().removeIf(key -> key.contains("layer_norm")));
    assertNotLoaded("and 22 more");
  }

  /** Saves a model of which {@code change} has changed the checkpoint. */
  private void change(Consumer<Map<String, Tensor>> change) {
    try (Pretrained model = random("clip-tiny");
        var _ = new Scope()) {
      Path target = folder.resolve("model");
      model.save(target);
      Path weights = target.resolve("model.safetensors");
      var tensors = new LinkedHashMap<>(TensorSource.readAll(weights));
      change.accept(tensors);
      SafeTensors.write(weights, tensors, Map.of("format", "pt"));
    }
  }

  private void assertNotLoaded(String... parts) {
    var all = new ArrayList<>(List.of(parts));
    all.add("model.safetensors");
    assertRefused(
        () -> Pretrained.load(folder.resolve("model"), Engine.device("cpu")),
        all.toArray(String[]::new));
  }

  @Test
  void missingWeightsAreNamed() throws IOException {
    change(_ -> {});
    Files.delete(folder.resolve("model/model.safetensors"));
    assertNotLoaded("no such file");
  }

  @Test
  void aMissingTokenizerIsNamed() throws IOException {
    change(_ -> {});
    for (String file : List.of("tokenizer.json", "vocab.json")) {
      Files.delete(folder.resolve("model").resolve(file));
    }
    assertRefused(
        () -> Pretrained.load(folder.resolve("model"), Engine.device("cpu")),
        folder.resolve("model").toString(),
        "tokenizer.json");
  }

  @Test
  void aFolderWithoutAConfigurationIsNoModel() {
    assertRefused(
        () -> Pretrained.load(folder, Engine.device("cpu")), folder.toString(), "config.json");
  }

  @Test
  void savingReplacesAFolderAsAWhole() throws IOException {
    try (Pretrained model = random("clip-tiny")) {
      Path target = Files.createDirectories(folder.resolve("model"));
      Files.writeString(target.resolve("left over"), "x");
      model.save(target);
      assertThat(target.resolve("left over")).doesNotExist();
      try (var files = Files.list(folder)) {
        assertThat(files).containsExactly(target);
      }
    }
  }

  @Test
  void aBundleSwitchesItsModelToEvaluation() {
    try (Pretrained model = random("clip-tiny")) {
      assertThat(model.model().isTraining()).isFalse();
    }
  }

  @Test
  void probabilitiesOfClipSumToOneTheBestFirst() {
    try (Pretrained model = random("clip-tiny")) {
      var labels = List.of("red", "blue", "green circle", "square");
      var scores = model.classify(pictures().getFirst(), labels, List.of("a photo of {}", "{}"));
      assertThat(scores)
          .extracting(Pretrained.Score::label)
          .containsExactlyInAnyOrderElementsOf(labels);
      assertThat(scores.stream().mapToDouble(Pretrained.Score::probability).sum())
          .isCloseTo(1, within(1e-6));
      assertThat(scores)
          .extracting(Pretrained.Score::probability)
          .isSortedAccordingTo(Collections.reverseOrder());
    }
  }

  @Test
  void probabilitiesOfSigLipAreEachTheirOwn() {
    try (Pretrained model = random("siglip-tiny")) {
      Pixels picture = pictures().getFirst();
      double alone =
          model.classify(picture, List.of("red"), List.of("{}")).getFirst().probability();
      var scores = model.classify(picture, List.of("red", "blue"), List.of("{}"));
      double beside =
          scores.stream()
              .filter(s -> s.label().equals("red"))
              .findFirst()
              .orElseThrow()
              .probability();
      assertThat(beside).isCloseTo(alone, within(1e-6));
    }
  }

  @Test
  void templatesAreNormalisedBeforeTheyAreAveragedAndAfter() {
    try (Pretrained model = random("clip-tiny")) {
      float[] first = model.embedTexts(List.of("a photo of red"))[0];
      float[] second = model.embedTexts(List.of("red, red!"))[0];
      assertThat(dot(first, first)).isCloseTo(1, within(1e-5));
      var mean = new double[first.length];
      double square = 0;
      for (int d = 0; d < mean.length; d++) {
        mean[d] = (first[d] + second[d]) / 2.0;
        square += mean[d] * mean[d];
      }
      float[][] classes =
          model.classVectors(List.of("blue", "red"), List.of("a photo of {}", "{}, {}!"));
      for (int d = 0; d < mean.length; d++) {
        assertThat((double) classes[1][d]).isCloseTo(mean[d] / Math.sqrt(square), within(1e-5));
      }
    }
  }

  @Test
  void noTemplatesAreRefused() {
    try (Pretrained model = random("clip-tiny")) {
      assertRefused(() -> model.classVectors(List.of("a"), List.of()), "template");
    }
  }

  @Test
  void captionsAreStringsAndDoNotDependOnTheBatch() {
    Engine.seed(11);
    var pairs = BytePairs.learn(List.of("a red circle a red circle", "two blue squares"), 520);
    ModelSpec<?> spec = ModelSpec.of("coca-tiny").withVocabulary(pairs.vocabulary().size());
    try (var model =
        new Pretrained(
            spec,
            spec.create(),
            Tokenizer.of(pairs, spec.tokenizerRules()),
            spec.preprocessing(),
            Engine.device("cpu"))) {
      var drawn = new Generation(1, 6, 1, new Strategy.Sampling(1, 0, 1, 9));
      var many = new ArrayList<Pixels>();
      for (int i = 0; i < 30; i++) {
        many.addAll(pictures());
      }
      var captions = model.captions(many, "a red", drawn); // two batches
      assertThat(captions).hasSize(90).allMatch(list -> list.size() == 1);
      assertThat(captions).allMatch(list -> list.getFirst().text().startsWith("a red"));
      var tail =
          model.captions(many.subList(64, 90), "a red", drawn.with(drawn.strategy().after(64)));
      for (int i = 0; i < 26; i++) {
        assertThat(tail.get(i).getFirst().text()).isEqualTo(captions.get(64 + i).getFirst().text());
      }
      var beams = drawn.with(new Strategy.Beams(3, 1));
      assertThat(model.captions(pictures(), "", beams)).hasSize(3).allMatch(l -> l.size() == 3);
    }
    try (var clip = random("clip-tiny")) {
      assertRefused(
          () -> clip.captions(pictures(), "", Generation.greedy(3)),
          "clip",
          "cannot write captions");
    }
  }
}
