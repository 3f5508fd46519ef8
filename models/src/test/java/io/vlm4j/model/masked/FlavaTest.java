package io.vlm4j.model.masked;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Parity;
import io.vlm4j.model.RandomFolder;
import io.vlm4j.nn.Init;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.OneThread;
import io.vlm4j.testing.Randomness;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

@ExtendWith(OneThread.class)
class FlavaTest {
  private static final String FIXTURE = "flava-torchmultimodal-tiny";

  /** A model of 4 patches and 8 tokens, of weights that are large enough for all to matter. */
  private static Flava random(Random random, Map<String, ?> changes) {
    var model = (Flava) ModelSpec.parse(tree(changes), "test").create();
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      model
          .parameters()
          .forEach((name, parameter) -> {
            if (!name.matches(".*([nN]orm|imageTokenizer).*") && parameter.dim() > 0) {
              float[] values = Randomness.normal(random, (int) parameter.numel());
              parameter.copy_(Tensors.of(values, parameter.shape()));
              parameter.mul_(new Scalar(0.4f));
            }
          });
    }
    return model;
  }

  private static ObjectNode tree(Map<String, ?> changes) {
    ObjectNode tree =
        Json.fromYaml(
            """
            family: flava
            width: 16
            embedWidth: 12
            image: {imageSize: 16, patchSize: 8, layers: 1, heads: 2, mlpWidth: 32, codes: 11}
            text: {contextLength: 8, vocabularySize: 20, maskId: 20, padId: 0, layers: 1, heads: 2,
              mlpWidth: 32}
            multimodal: {layers: 1, heads: 2, mlpWidth: 32, seesPadding: false}
            activation: gelu
            epsilon: 1e-5
            headEpsilon: 1e-5
            heads: true
            masking: {patches: 2, leastBlock: 1, tokens: 0.3, mismatches: 0.1,
              mismatchedCandidates: false}
            weights: {mim: 1, mlm: 1, mmmImage: 1, mmmText: 1, itm: 1, contrastive: 1}
            mixture: {pictures: 1, texts: 1, pairs: 1}
            logitScale: 2.0
            maxLogitScale: 4.6
            imageTokenizer: null
            """,
            ObjectNode.class,
            "test");
    changes.forEach((key, value) -> {
      String[] path = key.split("\\.");
      ObjectNode place = path.length == 1 ? tree : (ObjectNode) tree.path(path[0]);
      place.set(path[path.length - 1], Json.parse(value.toString()));
    });
    return tree;
  }

  private static Tensor pictures(Random random, int count) {
    return Tensors.of(Randomness.normal(random, count * 3 * 16 * 16), count, 3, 16, 16);
  }

  private static Tensor rows(long[]... rows) {
    var ids = new long[rows.length * 8];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, ids, i * 8, rows[i].length);
    }
    return Tensors.of(ids, rows.length, 8);
  }

  /** Four pairs of which nothing is left to chance. */
  private static Batch batch(Random random, long... matches) {
    return new Batch()
        .put(Batch.PIXELS, pictures(random, 4))
        .put(
            Batch.TOKENS,
            rows(
                new long[] {5, 6, 7, 19},
                new long[] {5, 9, 3, 2, 19},
                new long[] {5, 8, 19},
                new long[] {5, 4, 10, 11, 12, 13, 14, 19}))
        .put(
            HiddenTokens.SHOWN,
            rows(
                new long[] {5, 20, 7, 19},
                new long[] {5, 9, 20, 2, 19},
                new long[] {5, 20, 19},
                new long[] {5, 4, 20, 11, 12, 3, 14, 19}))
        .put(
            HiddenTokens.TARGETS,
            Tensors.of(
                new long[] {
                  -1, 6, -1, -1, -1, -1, -1, -1,
                  -1, -1, 3, -1, -1, -1, -1, -1,
                  -1, 8, -1, -1, -1, -1, -1, -1,
                  -1, -1, 10, -1, -1, 13, -1, -1
                },
                4,
                8))
        .put(
            HiddenPatches.HIDDEN,
            Tensors.of(new long[] {1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0}, 4, 4)
                .to(ScalarType.Bool))
        .put(
            HiddenPatches.TARGETS,
            Tensors.of(new long[] {3, -1, -1, 7, -1, 10, -1, -1, -1, -1, 0, 2, 5, 6, -1, -1}, 4, 4))
        .put(Matches.LABELS, Tensors.of(matches, 4));
  }

  private static SequencedMap<String, Tensor> all(Flava model, Batch batch) {
    var unused = new SplittableRandom(0);
    var losses = new LinkedHashMap<String, Tensor>(model.pictureLosses(batch, unused));
    losses.putAll(model.textLosses(batch, unused));
    losses.putAll(model.pairLosses(batch, unused));
    return losses;
  }

  @Test
  void sequencesAndLossesEqualTorchMultimodals() {
    Path folder = Fixtures.folder(FIXTURE);
    var differences =
        Parity.against(
            ModelFolder.open(folder),
            folder.resolve("expected/forward.safetensors"),
            LoadOptions.DEFAULT,
            Engine.device("cpu"),
            null);
    assertThat(differences).hasSize(14);
    assertThat(differences)
        .allMatch(d -> d.isWithin(d.name().endsWith("loss") ? 1e-5 : 2e-5), "is near");
  }

  @Test
  void torchMultimodalsCheckpointComesBackBitForBit() {
    try (var _ = new Scope()) {
      KeyMap keys = TorchMultimodal.keys();
      var theirs = Fixtures.tensors(FIXTURE + "/model.safetensors");
      var back = keys.toTheirs(keys.toOurs(theirs, "fixture"));
      assertThat(back.keySet()).containsExactlyInAnyOrderElementsOf(theirs.keySet());
      back.forEach(
          (key, tensor) -> assertThat(torch.equal(tensor, theirs.get(key))).as(key).isTrue());
      var report = ModelFolder.open(Fixtures.folder(FIXTURE)).report();
      assertThat(report.isExact()).as(report.lines().toString()).isTrue();
    }
  }

  @Test
  void gradientsReachEveryParameterThatALossReads() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of());
        var _ = new Scope();
        var batch = batch(random, 1, 1, 0, 1)) {
      Supplier<Tensor> losses =
          () -> {
            var each = all(model, batch).values().stream().map(l -> l.reshape(1)).toList();
            return torch.cat(new TensorVector(each.toArray(Tensor[]::new)), 0);
          };
      assertThat(losses.get().numel()).isEqualTo(6);
      var read = new LinkedHashMap<>(model.parameters());
      read.keySet().removeIf(name -> name.contains(".pooler."));
      Gradients.checkSteep(random, read, 0.05, losses);
    }
  }

  @Test
  void mismatchedPairsTeachOnlyThatTheyDoNotMatch() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of());
        var _ = new Scope();
        var batch = batch(random, 1, 0, 0, 1)) {
      Tensor pixels = batch.get(Batch.PIXELS).set_requires_grad(true);
      var losses = model.pairLosses(batch, new SplittableRandom(0));
      assertThat(losses.keySet())
          .containsExactly(
              "itm_loss", "mmm_text_loss", "mmm_image_loss", "global_contrastive_loss");
      losses.forEach((name, loss) -> {
        loss.backward(new Tensor(), new BoolOptional(true), false, new TensorArrayRefOptional());
        for (int row = 0; row < 4; row++) {
          double most = pixels.grad().select(0, row).abs().max().item_double();
          boolean teaches = name.equals("itm_loss") || row == 0 || row == 3;
          assertThat(most > 0).as("%s of pair %d", name, row).isEqualTo(teaches);
        }
        pixels.mutable_grad().zero_();
      });
    }
  }

  @Test
  void inTheReferencesWayMismatchedPairsStayCandidates() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of("masking.mismatchedCandidates", true));
        var _ = new Scope();
        var batch = batch(random, 1, 0, 0, 1)) {
      Tensor pixels = batch.get(Batch.PIXELS).set_requires_grad(true);
      model.pairLosses(batch, new SplittableRandom(0)).get("global_contrastive_loss").backward();
      assertThat(pixels.grad().select(0, 1).abs().max().item_double()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBatchWithoutAnyMatchTeachesAsIfAllDid(boolean candidates) {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of("masking.mismatchedCandidates", candidates));
        var _ = new Scope();
        var _ = new NoGrad();
        var none = batch(new Random(5), 0, 0, 0, 0);
        var all = batch(new Random(5), 1, 1, 1, 1)) {
      var ofNone = model.pairLosses(none, new SplittableRandom(0));
      var ofAll = model.pairLosses(all, new SplittableRandom(0));
      for (String name : List.of("mmm_text_loss", "mmm_image_loss", "global_contrastive_loss")) {
        assertThat(distance(ofNone.get(name), ofAll.get(name))).as(name).isZero();
      }
      assertThat(distance(ofNone.get("itm_loss"), ofAll.get("itm_loss"))).isGreaterThan(1e-3);
    }
  }

  @Test
  void paddingChangesNothing() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of());
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.setTraining(false);
      Tensor pixels = pictures(random, 2);
      long[] text = {5, 6, 7, 19};
      long[] full = {5, 9, 8, 7, 6, 5, 4, 19};
      Tensor pair = Tensors.slice(pixels, 0, 0, 1);
      Tensor alone = rows(text); // trimmed
      Tensor beside = rows(text, full); // not trimmed
      assertThat(distance(model.textFeatures(alone), first(model.textFeatures(beside))))
          .isLessThan(1e-5);
      for (String encoder : List.of("text", "multimodal")) {
        assertThat(
                distance(
                    model.features(encoder, pair, alone),
                    first(model.features(encoder, pixels, beside))))
            .isLessThan(1e-5);
      }
    }
  }

  private static Tensor first(Tensor rows) {
    return Tensors.slice(rows, 0, 0, 1);
  }

  @Test
  void whatIsHiddenCannotBeSeen() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of());
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor pixels = pictures(random, 1);
      Tensor other = pixels.clone();
      Tensors.slice(Tensors.slice(other, 2, 0, 8), 3, 8, 16).fill_(new Scalar(3f)); // patch 1
      Tensor hidden = Tensors.of(new long[] {0, 1, 0, 0}, 1, 4).to(ScalarType.Bool);
      assertThat(distance(model.imageSequence(pixels, hidden), model.imageSequence(other, hidden)))
          .isZero();
      assertThat(distance(model.imageSequence(pixels, null), model.imageSequence(other, null)))
          .isGreaterThan(1e-3);
    }
  }

  @Test
  void theClassTokensAloneAreThoseOfTheSequences() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of());
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor pixels = pictures(random, 2);
      Tensor ids = rows(new long[] {5, 6, 7, 19}, new long[] {5, 9, 8, 7, 6, 5, 4, 19});
      var tokens = new HiddenTokens(ids);
      assertThat(model.encoders().keySet()).containsExactly("image", "text", "multimodal");
      assertNear(model.features("image", pixels, null), model.imageSequence(pixels, null));
      assertNear(model.features("text", null, ids), model.textSequence(tokens));
      assertNear(
          model.features("multimodal", pixels, ids),
          model.multimodalSequence(pixels, null, tokens));
    }
  }

  private static void assertNear(Tensor features, Tensor sequence) {
    assertThat(distance(features, sequence.select(1, 0))).isLessThan(1e-5);
  }

  @Test
  void aBatchTeachesWhatItHolds() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of());
        var _ = new Scope();
        var whole = batch(random, 1, 1, 1, 1);
        var pictures = new Batch();
        var texts = new Batch()) {
      for (String name : List.of(Batch.PIXELS, HiddenPatches.HIDDEN, HiddenPatches.TARGETS)) {
        pictures.put(name, whole.get(name));
      }
      texts.put(Batch.TOKENS, whole.get(Batch.TOKENS));
      assertThat(model.losses(pictures).keySet()).containsExactly("mim_loss");
      assertThat(model.losses(texts).keySet()).containsExactly("mlm_loss");
    }
  }

  @Test
  void stepsOfPairsTakeTurnsByTheSeededChance() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of());
        var batch = batch(random, 1, 1, 1, 1)) {
      var first = kinds(model, batch);
      assertThat(kinds(model, batch)).isEqualTo(first);
      assertThat(first).contains("mim_loss", "mlm_loss", "itm_loss");
      model.setTraining(false);
      assertThat(kinds(model, batch)).containsOnly("itm_loss");
    }
  }

  private static List<String> kinds(Flava model, Batch batch) {
    return IntStream.range(0, 30)
        .mapToObj(step -> {
          Engine.seed(step);
          try (var _ = new Scope();
              var _ = new NoGrad()) {
            return model.losses(batch).firstEntry().getKey();
          }
        })
        .toList();
  }

  @Test
  void withoutATokenizerCodesAreAskedForByName() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of("mixture.texts", 0, "mixture.pairs", 0));
        var _ = new Scope();
        var batch = new Batch().put(Batch.PIXELS, pictures(random, 2))) {
      assertRefused(() -> model.losses(batch), "--part imageTokenizer=DIR", "mmmImage");
    }
  }

  @Test
  void withoutHeadsOnlyPairsTeach() {
    Random random = Randomness.ofTest();
    try (var model = random(random, Map.of("heads", false));
        var _ = new Scope();
        var batch = batch(random, 1, 1, 1, 1);
        var texts = new Batch().put(Batch.TOKENS, batch.get(Batch.TOKENS))) {
      assertThat(model.losses(batch).keySet()).containsExactly("global_contrastive_loss");
      assertRefused(() -> model.losses(texts), "no heads");
    }
  }

  @Test
  void aReleasedModelsConfigurationIsThePapers() {
    var json = Json.object().put("model_type", "flava");
    json.putArray("architectures").add("FlavaForPreTraining");
    var released = HuggingFaceFlava.readConfig(json);
    var paper = (FlavaConfig) ModelSpec.of("flava-full").config();
    assertThat(released.image()).isEqualTo(paper.image());
    assertThat(released.text()).isEqualTo(paper.text());
    assertThat(released.multimodal()).isEqualTo(paper.multimodal());
    assertThat(released.width()).isEqualTo(paper.width());
    assertThat(released.embedWidth()).isEqualTo(paper.embedWidth());
    assertThat(released.epsilon()).isEqualTo(paper.epsilon());
    assertThat(released.masking()).isEqualTo(FlavaConfig.Masking.PAPER);
    assertThat(released.heads()).isTrue();
    json.putArray("architectures").add("FlavaModel");
    assertThat(HuggingFaceFlava.readConfig(json).heads()).isFalse();
  }

  @Test
  void transformersNamesAreThoseOfItsModels() {
    try (var _ = Init.shapes();
        var model = ModelSpec.of("flava-tiny").create();
        var _ = new Scope()) {
      var theirs = HuggingFaceFlava.keys().toTheirs(model.parameters());
      assertThat(theirs)
          .containsKeys(
              "flava.image_model.embeddings.patch_embeddings.projection.bias",
              "flava.image_model.encoder.layer.0.attention.attention.query.weight",
              "flava.text_model.embeddings.LayerNorm.weight",
              "flava.text_model.encoder.layer.1.output.dense.bias",
              "flava.multimodal_model.encoder.layer.0.layernorm_after.weight",
              "flava.multimodal_model.pooler.dense.weight",
              "flava.logit_scale",
              "mmm_image_head.transform.LayerNorm.bias",
              "mim_head.bias",
              "mim_head.decoder.bias",
              "itm_head.seq_relationship.weight");
      assertThat(theirs.get("flava.image_model.embeddings.cls_token").shape())
          .containsExactly(1, 1, 192);
      assertThat(theirs.get("flava.image_model.embeddings.position_embeddings").shape())
          .containsExactly(1, 17, 192);
    }
  }

  /** Transformers writes tied tensors once, older checkpoints hold them twice. */
  @ParameterizedTest
  @ValueSource(strings = {"mim_head.bias", "mim_head.decoder.bias", ""})
  void oneNameOfATiedTensorIsEnough(String missing, @TempDir Path folder) {
    Engine.seed(4);
    var spec = ModelSpec.parse(tree(Map.of()), "test");
    RandomFolder.write(spec, folder.resolve("a"), Layout.HUGGING_FACE, ScalarType.Float, null);
    Path file = folder.resolve("a/model.safetensors");
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<>(TensorSource.readAll(file));
      tensors.get("mim_head.bias").fill_(new Scalar(3f));
      tensors.get("mim_head.decoder.bias").fill_(new Scalar(3f));
      tensors.put("image_codebook.blocks.input.weight", tensors.get("itm_head.pooler.dense.bias"));
      tensors.remove(missing);
      SafeTensors.write(file, tensors, Map.of("format", "pt"));
    }
    var opened = ModelFolder.open(folder.resolve("a"));
    assertThat(opened.report().isExact()).as(opened.report().lines().toString()).isTrue();
    assertThat(opened.spec().config()).isEqualTo(spec.config());
    try (var model = opened.load(LoadOptions.DEFAULT, Engine.device("cpu")).model();
        var _ = new Scope()) {
      assertThat(Tensors.toFloats(model.parameters().get("heads.mim.decoder.bias")))
          .containsOnly(3f);
    }
  }

  @Test
  void whatTheLayoutsCannotMeanIsRefusedByName() {
    var json = Json.object().put("model_type", "flava");
    json.putObject("text_config").put("hidden_size", 512);
    assertRefused(() -> HuggingFaceFlava.readConfig(json), "text_config.hidden_size", "512");
    json.putObject("text_config").put("vocab_size", 50);
    assertRefused(() -> HuggingFaceFlava.readConfig(json), "vocab_size", "103");
    json.putObject("text_config").put("qkv_bias", false);
    assertRefused(() -> HuggingFaceFlava.readConfig(json), "text_config.qkv_bias");
    json.putObject("text_config");
    json.putObject("image_config").put("layer_norm_eps", 1e-5);
    assertRefused(() -> HuggingFaceFlava.readConfig(json), "layer_norm_eps");
  }

  @Test
  void impossibleConfigurationsAreRefusedByName() {
    assertRefusedWith(Map.of("image.imageSize", 20), "20", "whole patches");
    assertRefusedWith(Map.of("masking.patches", 4), "2 x 2");
    assertRefusedWith(Map.of("masking.mismatches", 1), "mismatches");
    assertRefusedWith(Map.of("text.maskId", 21), "maskId");
    assertRefusedWith(Map.of("text.padId", 20), "padId");
    assertRefusedWith(Map.of("weights.itm", -1), "weights");
    assertRefusedWith(
        Map.of("mixture.pictures", 0, "mixture.texts", 0, "mixture.pairs", 0), "mixture");
  }

  private static void assertRefusedWith(Map<String, ?> changes, String... parts) {
    assertRefused(() -> ModelSpec.parse(tree(changes), "test"), parts);
  }

  @Test
  void anotherPictureSizeHidesTheSameShare() {
    var config = (FlavaConfig) ModelSpec.of("flava-full").withImageSize(112).config();
    assertThat(config.image().side()).isEqualTo(7);
    assertThat(config.masking().patches()).isEqualTo(19); // 75 / 4
    assertThat(config.masking().leastBlock()).isEqualTo(4);
  }
}
