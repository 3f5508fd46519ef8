package io.vlm4j.model.generative;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Strategy;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class ChameleonFolderTest {
  private static final String OBJECTIVE =
      "{pictureFirst: 0.5, zWeight: 1e-5, answersOnly: false, balanced: false}";

  private static final String VQGAN =
      """
      family: vqgan
      coder: {imageSize: 8, channels: 32, multipliers: [1, 1, 1], blocks: 1, attentionSides: [],
        latentChannels: 8, groups: 32}
      codebook: {size: 12, width: 4, averaged: false, decay: 0.99, epsilon: 1e-5, restartBelow: 0}
      decodes: true
      commitment: 0.25
      perceptualWeight: 1
      perceptual: null
      adversary: {channels: 4, halvings: 1, start: 0, weight: 0.8}
      """;

  @TempDir Path folder;

  private static Tokenizer tokenizer() {
    return Tokenizer.of(BytePairs.learn(List.of("red ball", "blue ball", "a red kite"), 520), 8);
  }

  private static ModelSpec<?> withVqGan() {
    var vqgan = ModelSpec.parse(Json.fromYaml(VQGAN, ObjectNode.class, "test"), "test");
    return TinyChameleons.spec("BEHIND", OBJECTIVE).withPart("imageTokenizer", vqgan);
  }

  @Test
  void aSavedModelIsReadBackWithItsImageTokenizer() {
    Random random = Randomness.ofTest();
    Tokenizer tokenizer = tokenizer();
    ModelSpec<?> spec =
        TinyChameleons.spec("BEFORE", OBJECTIVE).withVocabulary(tokenizer.vocabularySize());
    var device = Engine.device("cpu");
    try (var saved =
            new Pretrained(
                spec,
                TinyChameleons.random(random, spec),
                tokenizer,
                spec.preprocessing(),
                device);
        var _ = new Scope();
        var _ = new NoGrad()) {
      saved.save(folder.resolve("m"));
      try (var read = Pretrained.load(folder.resolve("m"), device)) {
        assertThat(read.spec().config()).isEqualTo(spec.config());
        Tensor pixels = TinyChameleons.pixels(random, 3);
        var one = (Chameleon) saved.model();
        var other = (Chameleon) read.model();
        Tensor tokens = one.pictureTokens(pixels);
        assertThat(distance(tokens, other.pictureTokens(pixels))).isZero();
        assertThat(distance(one.tokenLogits(tokens), other.tokenLogits(tokens))).isZero();
        var picture = new Pixels(8, 8, new byte[192]);
        assertThat(read.draw(List.of("red ball", "kite"), new Strategy.Sampling(1, 0, 1, 0)))
            .hasSize(2)
            .allMatch(drawn -> drawn.width() == 8 && drawn.height() == 8);
        assertThat(read.captions(List.of(picture), "", Generation.greedy(6))).hasSize(1);
        float[][] likelihoods =
            read.imageLogLikelihoods(List.of(picture), List.of("red ball", "kite"));
        assertThat(likelihoods[0]).hasSize(2).doesNotContain(Float.NaN);
        assertThat(read.logLikelihoods(List.of(picture), List.of("kite"))[0]).isNegative();
      }
      try (TensorSource source = ModelFolder.open(folder.resolve("m")).weights()) {
        assertThat(source.names())
            .contains(
                "model.layers.1.self_attn.q_norm.weight",
                "model.layers.0.self_attn.k_norm.bias",
                "model.layers.0.mlp.gate_proj.weight",
                "model.embed_tokens.weight",
                "lm_head.weight")
            .anyMatch(name -> name.startsWith("model.vqmodel."));
      }
    }
  }

  @Test
  void idsOfCodesAreReadFromTheVocabularyWhereverTheyLie() throws IOException {
    Random random = Randomness.ofTest();
    ModelSpec<?> spec = withVqGan();
    try (var saved =
        new Pretrained(
            spec,
            TinyChameleons.random(random, spec),
            null,
            spec.preprocessing(),
            Engine.device("cpu"))) {
      saved.save(folder);
      Path file = folder.resolve("config.json");
      ObjectNode json = Json.readObject(file);
      assertThat(json.path("vocabulary_map").path("IMGIMGBAZ").asInt()).isEqualTo(30);
      assertThat(json.path("vq_config").path("num_embeddings").asInt()).isEqualTo(12);
      json.remove("vlm4j"); // as others write it
      Files.writeString(file, Json.toText(json));
      ModelFolder foreign = ModelFolder.open(folder);
      var config = (ChameleonConfig) foreign.spec().config();
      assertThat(config.norms().name()).isEqualTo("BEHIND");
      assertThat(config.image().ids().order()).startsWith(20, 21, 22).hasSize(12);
      assertThat(config.pictures().begin()).isEqualTo(32);
      assertThat(config.end()).isEqualTo(19);
      try (var _ = new Scope();
          var _ = new NoGrad();
          var read = foreign.load(LoadOptions.DEFAULT, Engine.device("cpu")).model()) {
        Tensor ids = Tensors.of(random.longs(9, 0, 34).toArray(), 1, 9);
        Tensor ours = ((Chameleon) saved.model()).tokenLogits(ids);
        assertThat(distance(ours, ((Chameleon) read).tokenLogits(ids))).isZero();
      }
    }
  }

  @Test
  void everyTensorHasOneNameAndTheNamesAreReadBack() {
    ModelSpec<?> spec = withVqGan();
    KeyMap keys = spec.family().keys(Layout.HUGGING_FACE);
    var theirs = new LinkedHashSet<String>();
    spec.shapes().keySet().forEach(name -> theirs.addAll(keys.parts(name).names()));
    assertThat(theirs)
        .hasSameSizeAs(spec.shapes().keySet())
        .contains("model.vqmodel.quant_conv.weight", "model.vqmodel.encoder.conv_in.weight");
    assertThat(keys.ignores("model.vqmodel.loss.discriminator.main.weight")).isTrue();
    assertThat(keys.ignores("model.vqmodel.post_quant_conv.weight")).isTrue();
    assertThat(keys.ignores("model.layers.0.self_attn.rotary_emb.inv_freq")).isTrue();
    assertThat(keys.ignores("model.layers.0.self_attn.q_norm.weight")).isFalse();
  }

  @Test
  void aPartThatMakesNoCodesIsRefused() {
    ModelSpec<?> spec = TinyChameleons.spec("BEFORE", OBJECTIVE);
    assertRefused(
        () -> spec.withPart("imageTokenizer", ModelSpec.of("clip-nano")), "imageTokenizer", "clip");
    assertRefused(() -> spec.withPart("visionTower", ModelSpec.of("clip-nano")), "visionTower");
  }

  @Test
  void withoutAnImageTokenizerPicturesAreRefused() {
    try (var model = ModelSpec.of("chameleon-nano").create();
        var _ = new Scope()) {
      assertRefused(
          () -> ((Chameleon) model).pictureTokens(Tensors.of(new float[192], 1, 3, 8, 8)),
          "imageTokenizer");
    }
  }
}
