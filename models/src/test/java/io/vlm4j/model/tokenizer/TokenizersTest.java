package io.vlm4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.CodeFile;
import io.vlm4j.model.CodeGrid;
import io.vlm4j.model.Family;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Pictures;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TokenizersTest {
  private static final String VQVAE =
      """
      family: vqvae
      imageSize: 16
      halvings: 2
      width: 8
      residualBlocks: 2
      residualWidth: 4
      codebook: {size: 12, width: 5, averaged: false, decay: 0.99, epsilon: 1e-5, restartBelow: 0}
      commitment: 0.25
      """;
  private static final String VQGAN =
      """
      family: vqgan
      coder: {imageSize: 16, channels: 8, multipliers: [1, 2], blocks: 1, attentionSides: [8],
        latentChannels: 4, groups: 4}
      codebook: {size: 16, width: 6, averaged: false, decay: 0.99, epsilon: 1e-5, restartBelow: 0}
      decodes: true
      commitment: 0.25
      perceptualWeight: 1
      perceptual: null
      adversary: {channels: 8, halvings: 1, start: 0, weight: 0.8}
      """;
  private static final String DVAE =
      """
      family: dvae
      imageSize: 16
      codebookSize: 16
      groups: 4
      blocks: 2
      width: 8
      decoderWidth: 4
      decodes: true
      temperature: 1
      lastTemperature: 0.0625
      temperatureSteps: 10
      klWeight: 1
      klSteps: 10
      """;

  private static String yaml(String family) {
    return switch (family) {
      case "vqvae" -> VQVAE;
      case "vqgan" -> VQGAN;
      default -> DVAE;
    };
  }

  private static TokenizerFamily<?> family(String name) {
    return (TokenizerFamily<?>) Family.named(name);
  }

  private static Model reference(String name) {
    Model model = Reference.create(yaml(name));
    Reference.fill(model, family(name));
    if (model instanceof VqGan vqGan) {
      Reference.scale(vqGan.quantizer().codes(), 2);
    }
    return model;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vqvae", "vqgan", "dvae"})
  void codesAndPicturesEqualPyTorchs(String name) {
    JsonNode expected = Reference.of(name);
    try (Model model = reference(name);
        var _ = new Scope()) {
      var tokenizer = (ImageTokenizer) model;
      long[] codes = Tensors.toLongs(tokenizer.encode(Reference.pictures()));
      assertThat(codes)
          .containsExactly(
              expected.path("codes").valueStream().mapToLong(node -> node.asLong()).toArray());
      assertThat(Reference.everySeventh(tokenizer))
          .containsExactly(Reference.floats(expected.path("picture")), within(2e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vqgan", "dvae"})
  void tensorsHaveTheNamesOfTheOriginals(String name) {
    try (Model model = Reference.create(yaml(name))) {
      var keys = family(name).keys(Layout.HUGGING_FACE);
      var theirs = keys.toTheirs(model.weights());
      assertThat(theirs.keySet())
          .containsExactlyInAnyOrderElementsOf(Reference.names(Reference.of(name)));
      assertThat(keys.toOurs(theirs, "here").keySet())
          .containsExactlyInAnyOrderElementsOf(model.weights().keySet());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vqvae", "vqgan"})
  void codebookLossesEqualPyTorchs(String name) {
    JsonNode expected = Reference.of(name);
    try (Model model = reference(name);
        var batch = new Batch().put(Batch.PIXELS, Reference.pictures());
        var _ = new Scope()) {
      var losses = model.losses(batch);
      double distance = expected.path("commitment").asDouble();
      assertThat(losses.get("codebook_loss").item_double()).isCloseTo(distance, within(1e-5));
      assertThat(losses.get("commitment_loss").item_double())
          .isCloseTo(0.25 * distance, within(1e-5));
      assertThat(losses.get("reconstruction_loss").item_double())
          .isCloseTo(expected.path(name.equals("vqvae") ? "mse" : "l1").asDouble(), within(1e-5));
    }
  }

  @Test
  void theLogitLaplaceDensityEqualsPyTorchs() {
    JsonNode expected = Reference.of("logitLaplace");
    try (var _ = new Scope()) {
      Tensor surprise =
          LogitLaplace.surprise(
              Tensors.of(Reference.floats(expected.path("x")), 5),
              Tensors.of(Reference.floats(expected.path("mu")), 5),
              Tensors.of(Reference.floats(expected.path("logScale")), 5));
      assertThat(Tensors.toFloats(surprise))
          .containsExactly(Reference.floats(expected.path("surprise")), within(1e-5f));
    }
  }

  @Test
  void theDivergenceOfTheChoiceEqualsPyTorchs() {
    try (var model = (DVae) reference("dvae");
        var batch = new Batch().put(Batch.PIXELS, Reference.pictures());
        var _ = new Scope()) {
      for (int step = 0; step < 10; step++) {
        model.afterStep(); // to the full weight
      }
      double share = 4.0 / (3 * 16 * 16); // places by values of a picture
      assertThat(model.losses(batch).get("kl_loss").item_double() / share)
          .isCloseTo(Reference.of("dvae").path("kl").asDouble(), within(1e-5));
    }
  }

  @Test
  void temperatureFallsAndTheDivergencesWeightRises() {
    try (var model = (DVae) Reference.create(DVAE)) {
      assertThat(model.gauges()).containsEntry("temperature", 1.0).containsEntry("kl_weight", 0.0);
      for (int step = 0; step < 5; step++) {
        model.afterStep();
      }
      assertThat(model.gauges().get("temperature")).isCloseTo(0.53125, within(1e-9));
      assertThat(model.gauges().get("kl_weight")).isCloseTo(0.5, within(1e-9));
      for (int step = 0; step < 6; step++) {
        model.afterStep();
      }
      assertThat(model.gauges())
          .containsEntry("temperature", 0.0625)
          .containsEntry("kl_weight", 1.0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vqvae", "vqgan", "dvae"})
  void gradientsReachEveryParameter(String name) {
    Engine.seed(3);
    try (Model model = Reference.create(yaml(name));
        var batch = new Batch().put(Batch.PIXELS, Reference.pictures());
        var _ = new Scope()) {
      for (int step = 0; name.equals("dvae") && step < 5; step++) {
        model.afterStep();
      }
      for (var objective : model.objectives()) {
        var losses = objective.losses().apply(batch).values();
        losses.stream().reduce(Tensor::add).orElseThrow().backward();
        model
            .parameters()
            .forEach((parameter, tensor) ->
                assertThat(!objective.trains().test(parameter) || tensor.grad().defined())
                    .as(parameter)
                    .isTrue());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vqvae", "vqgan", "dvae"})
  void aFolderGivesTheSameCodesAndHoldsNothingOfTraining(String name, @TempDir Path folder) {
    Engine.seed(4);
    var spec = ModelSpec.parse(Json.fromYaml(yaml(name), ObjectNode.class, "test"), "test");
    Model model = spec.create();
    Pixels picture = Pictures.plain(16, 16, 0x3060c0);
    var cpu = Engine.device("cpu");
    try (var bundle = new Pretrained(spec, model, null, spec.preprocessing(), cpu)) {
      bundle.save(folder.resolve("model"));
      try (var read = Pretrained.load(folder.resolve("model"), cpu)) {
        assertThat(read.spec().config()).isEqualTo(spec.config());
        assertThat(
                CodeGrid.of(
                    (ImageTokenizer) read.model(), read.preprocessing(), cpu, List.of(picture)))
            .isEqualTo(
                CodeGrid.of((ImageTokenizer) model, spec.preprocessing(), cpu, List.of(picture)));
        assertThat(read.model().parameters().values())
            .allMatch(tensor -> Double.isFinite(tensor.sum().item_double()));
        assertThat(read.model().weights().keySet())
            .noneMatch(key -> key.contains("discriminator") || key.contains("counter"));
      }
    }
  }

  @Test
  void checkpointsWithoutADecoderEncodeOnly() {
    try (Model model = Reference.create(DVAE.replace("decodes: true", "decodes: false"));
        var _ = new Scope()) {
      var tokenizer = (ImageTokenizer) model;
      Tensor codes = tokenizer.encode(Reference.pictures());
      assertThat(codes.shape()).containsExactly(2, 2, 2);
      assertThatThrownBy(() -> tokenizer.decode(codes))
          .hasMessageContaining("has no decoder: it can only encode");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vqvae", "vqgan", "dvae"})
  void picturesAndCodesThatCannotBeAreRefused(String name) {
    try (Model model = Reference.create(yaml(name));
        var _ = new Scope()) {
      var tokenizer = (ImageTokenizer) model;
      assertThatThrownBy(() -> tokenizer.encode(Tensors.of(new float[3 * 15 * 16], 1, 3, 15, 16)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("choose multiples of " + tokenizer.downsampling());
      assertThatThrownBy(() -> tokenizer.decode(Tensors.of(new long[] {99}, 1, 1, 1)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("codes must lie in 0 to " + (tokenizer.codebookSize() - 1));
    }
  }

  @Test
  void theAdaptiveWeightMakesBothPullAlikeAtTheLastLayer() {
    Engine.seed(5);
    String half = VQGAN.replace("weight: 0.8", "weight: 0.5");
    try (Model model = Reference.create(half);
        var batch = new Batch().put(Batch.PIXELS, Reference.pictures());
        var _ = new Scope()) {
      var losses = new LinkedHashMap<>(model.losses(batch));
      Tensor last = model.parameters().get("decoder.convOut.weight");
      losses.get("reconstruction_loss").backward();
      double likeness = last.grad().norm().item_double();
      last.mutable_grad().zero_();
      model.losses(batch).get("adversarial_loss").backward();
      assertThat(last.grad().norm().item_double())
          .isCloseTo(0.5 * likeness, within(0.05 * likeness));
    }
  }

  /** The pictures' losses are run backwards in two parts; what both give must be the gradient. */
  @Test
  void aLossOfPicturesThatIsRunBackwardsOnceHasItsGradient() {
    Engine.seed(6);
    try (Model model = Reference.create(VQGAN);
        var _ = new Scope()) {
      var tokenizer = (CodebookTokenizer) model;
      Tensor last = model.parameters().get("decoder.convOut.weight");
      Tensor z = torch.randn(2, 6, 8, 8);
      Tensor pictures = tokenizer.pictures(z);
      pictures.pow(new Scalar(3)).mean().backward();
      Tensor expected = last.grad().clone();
      last.mutable_grad().zero_();
      Tensor again = tokenizer.pictures(z);
      var loss = PictureLoss.of(again.pow(new Scalar(3)).mean(), again);
      assertThat(Tensors.toFloats(loss.gradientAt(last)))
          .containsExactly(Tensors.toFloats(expected), within(1e-7f));
      loss.loss().mul(new Scalar(0.25)).backward();
      assertThat(Tensors.toFloats(last.grad().mul(new Scalar(4))))
          .containsExactly(Tensors.toFloats(expected), within(1e-7f));
      assertThat(loss.loss().item_double())
          .isEqualTo(pictures.pow(new Scalar(3)).mean().item_double());
    }
  }

  @Test
  void eachObjectiveMovesItsOwnParameters() {
    try (Model model = Reference.create(VQGAN)) {
      var objectives = model.objectives();
      assertThat(objectives).extracting("name").containsExactly("generator", "discriminator");
      assertThat(model.parameters().keySet())
          .allMatch(name ->
              objectives.stream().filter(objective -> objective.trains().test(name)).count() == 1);
    }
  }

  @Test
  void theDiscriminatorRestsBeforeItsStart() {
    try (Model model = Reference.create(VQGAN.replace("start: 0", "start: 2"));
        var batch = new Batch().put(Batch.PIXELS, Reference.pictures());
        var _ = new Scope()) {
      var discriminator = model.objectives().get(1);
      for (int step = 0; step < 2; step++) {
        assertThat(model.losses(batch)).doesNotContainKey("adversarial_loss");
        assertThat(discriminator.losses().apply(batch)).isEmpty();
        model.afterStep();
      }
      assertThat(model.losses(batch)).containsKey("adversarial_loss");
      assertThat(discriminator.losses().apply(batch)).containsOnlyKeys("discriminator_loss");
    }
  }

  @Test
  void theHingeCountsWhatIsOnTheWrongSideOfTheMargin() {
    try (var _ = new Scope()) {
      Tensor real = Tensors.of(new float[] {2, 0.5f, -1}, 3);
      Tensor fake = Tensors.of(new float[] {-3, 0, 1}, 3);
      // (0 + 0.5 + 2) / 3 and (0 + 1 + 2) / 3
      assertThat(VqGan.hinge(real, fake).item_double()).isCloseTo(11 / 12.0, within(1e-6));
    }
  }

  @Test
  void thePerceptualDistanceIsZeroForTheSameAndNormalisesFeatures() {
    Engine.seed(6);
    try (var network = (VqVae) Reference.create(VQVAE);
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor pictures = Reference.pictures();
      var distance = PerceptualDistance.even(network);
      assertThat(distance.of(pictures, pictures).item_double()).isZero();
      Tensor other = pictures.mul(new Scalar(0.5f));
      double there = distance.of(other, pictures).item_double();
      assertThat(there).isBetween(1e-4, 2 * 4.0); // two maps of unit vectors
      Reference.scale(network.parameters().get("encoder.down.1.weight"), 3);
      Reference.scale(network.parameters().get("encoder.down.1.bias"), 3);
      assertThat(distance.of(other, pictures).item_double()).isCloseTo(there, within(1e-5));
      List<Tensor> negative = List.of(Tensors.of(new float[] {-1}, 1));
      assertThatThrownBy(() -> new PerceptualDistance(network, negative))
          .isInstanceOf(InputException.class);
    }
  }

  @Test
  void theNetworkToLookWithIsTakenOverFrozenAndStaysOutOfFolders() {
    Engine.seed(7);
    var spec = ModelSpec.parse(Json.fromYaml(VQGAN, ObjectNode.class, "test"), "test");
    var eye = ModelSpec.parse(Json.fromYaml(VQVAE, ObjectNode.class, "test"), "test");
    var whole = spec.withPart(VqGan.PERCEPTUAL, eye);
    try (Model network = eye.create();
        Model model = whole.create();
        var batch = new Batch().put(Batch.PIXELS, Reference.pictures());
        var _ = new Scope()) {
      assertThat(model.losses(batch)).doesNotContainKey("perceptual_loss");
      assertThat(model.remarks()).hasSize(1);
      model.adopt(VqGan.PERCEPTUAL, network);
      assertThat(model.losses(batch)).containsKey("perceptual_loss");
      assertThat(model.remarks()).isEmpty();
      String key = "perceptual.encoder.conv.weight";
      assertThat(model.state()).containsKey(key);
      assertThat(model.parameters()).doesNotContainKey(key);
      assertThat(model.weights()).doesNotContainKey(key);
    }
    assertThatThrownBy(() -> spec.withPart(VqGan.PERCEPTUAL, ModelSpec.of("clip-nano")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("shows no maps of features");
  }

  @ParameterizedTest
  @ValueSource(strings = {"codes.npy", "codes.jsonl"})
  void codesSurviveAFile(String name, @TempDir Path folder) {
    var grids =
        List.of(
            new CodeGrid(2, 3, new int[] {0, 1, 2, 3, 4, 511}),
            new CodeGrid(2, 3, new int[] {9, 8, 7, 6, 5, 4}));
    Path file = folder.resolve(name);
    new CodeFile(List.of("a.png", "b.png"), grids).write(file);
    assertThat(CodeFile.read(file).grids()).isEqualTo(grids);
  }

  @Test
  void gridsOfDifferentSizesAreNoArray(@TempDir Path folder) {
    var grids = List.of(new CodeGrid(1, 1, new int[1]), new CodeGrid(1, 2, new int[2]));
    var file = new CodeFile(List.of("a", "b"), grids);
    assertThatThrownBy(() -> file.write(folder.resolve("codes.npy")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("write a .jsonl file");
    assertThatThrownBy(() -> file.write(folder.resolve("codes.txt")))
        .isInstanceOf(InputException.class);
  }

  static Stream<String> foreign() {
    return Stream.of("flava_image_codebook", "chameleon_vqgan");
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void publishedConfigurationsGiveEncodersOnly(String type) {
    ObjectNode json = Json.object().put("model_type", type);
    Family<?> family = Family.of(Layout.HUGGING_FACE, json);
    Object config = family.readConfig(Layout.HUGGING_FACE, json);
    boolean decodes =
        config instanceof DVaeConfig dvae ? dvae.decodes() : ((VqGanConfig) config).decodes();
    assertThat(decodes).isFalse();
  }
}
