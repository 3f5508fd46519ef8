package io.vlm4j.model.generative;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.ReplayDecoder;
import io.vlm4j.generate.Strategy;
import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Parity;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Randomness;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class CocaTest {
  private static final String FIXTURE = "coca-openclip-tiny";

  /** A model of random weights that are large enough for every part to matter. */
  static Coca random(Random random, String kind, boolean exactMask) {
    var spec =
        ModelSpec.parse(
            Json.fromYaml(
                """
                family: coca
                embedWidth: 16
                vision: {imageSize: 16, patchSize: 8, width: 24, layers: 1, heads: 2, mlpWidth: 48,
                  activation: gelu, epsilon: 1e-5, patchDropout: 0}
                pooler: {kind: %s, queries: 4, heads: 2}
                text: {contextLength: 8, vocabularySize: 20, padId: 0, exactMask: %s, width: 16,
                  layers: 2, heads: 2, mlpWidth: 32, activation: gelu, epsilon: 1e-5}
                decoder: {width: 16, layers: 2, heads: 2, mlpWidth: 32, activation: gelu,
                  epsilon: 1e-5}
                logitScale: 2.0
                maxLogitScale: 4.6
                contrastiveWeight: 1
                captionWeight: 2
                """
                    .formatted(kind, exactMask),
                ObjectNode.class,
                "test"),
            "test");
    var model = (Coca) spec.create();
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      model
          .parameters()
          .forEach((name, parameter) -> {
            if (!name.contains("norm") && parameter.dim() > 0) {
              float[] values = Randomness.normal(random, (int) parameter.numel());
              parameter.copy_(Tensors.of(values, parameter.shape()));
              parameter.mul_(new Scalar(0.4f));
            }
          });
    }
    return model;
  }

  static Tensor pictures(Random random, int count) {
    return Tensors.of(Randomness.normal(random, count * 3 * 16 * 16), count, 3, 16, 16);
  }

  static Tensor rows(long[]... rows) {
    var ids = new long[rows.length * 8];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, ids, i * 8, rows[i].length);
    }
    return Tensors.of(ids, rows.length, 8);
  }

  @Test
  void featuresLogitsAndLossesEqualOpenClips() {
    Path folder = Fixtures.folder(FIXTURE);
    var differences =
        Parity.against(
            ModelFolder.open(folder),
            folder.resolve("expected/forward.safetensors"),
            LoadOptions.DEFAULT,
            Engine.device("cpu"),
            null);
    assertThat(differences)
        .extracting(Parity.Difference::name)
        .containsExactly(
            "image_features", "text_features", "logits", "contrastive_loss", "caption_loss");
    assertThat(differences)
        .allMatch(d -> d.isWithin(d.name().endsWith("loss") ? 1e-5 : 2e-5), "is near");
  }

  @ParameterizedTest
  @CsvSource({
    "logit_scale, logitScale",
    "text.cls_emb, text.classToken",
    "visual.conv1.weight, vision.patches.weight",
    "visual.attn_pool.query, vision.pooler.queries",
    "text_decoder.text_projection, decoder.projection.weight"
  })
  void gradientsOfTheLossesEqualOpenClips(String theirs, String ours) {
    var expected = new LinkedHashMap<String, Tensor>();
    try (var model =
            ModelFolder.open(Fixtures.folder(FIXTURE))
                .load(LoadOptions.DEFAULT, Engine.device("cpu"))
                .model();
        var _ = new Scope()) {
      expected.putAll(Fixtures.tensors(FIXTURE + "/expected/forward.safetensors"));
      try (var batch =
          new Batch()
              .put(Batch.PIXELS, expected.get("pixel_values"))
              .put(Batch.TOKENS, expected.get("input_ids"))) {
        model.losses(batch).values().stream().reduce(Tensor::add).orElseThrow().backward();
      }
      Tensor gradient = model.parameters().get(ours).grad();
      Tensor wanted = expected.get("grad." + theirs);
      Tensor shaped = theirs.endsWith("text_projection") ? gradient.t() : gradient;
      assertThat(distance(shaped.contiguous(), wanted)).isLessThan(2e-5);
    }
  }

  @ParameterizedTest
  @CsvSource({"SHARED, true", "SHARED, false", "PARALLEL, true", "CASCADE, false"})
  void keptKeysAndValuesGiveWhatTheWholeSequenceGives(String kind, boolean exactMask) {
    Random random = Randomness.ofTest();
    try (var model = random(random, kind, exactMask);
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.setTraining(false);
      Tensor pixels = pictures(random, 2);
      Tensor ids = rows(new long[] {5, 6, 7, 8, 9, 10}, new long[] {5, 11, 3, 2, 13, 19});
      Tensor whole = model.captionLogits(pixels, ids); // [2, 8, V]
      try (Decoder decoder = model.captions(pixels)) {
        Tensor after2 = decoder.read(Tensors.slice(ids, 1, 0, 2));
        assertThat(distance(written(after2), written(whole.select(1, 1)))).isLessThan(2e-5);
        Tensor after5 = decoder.read(Tensors.slice(ids, 1, 2, 5));
        assertThat(distance(written(after5), written(whole.select(1, 4)))).isLessThan(2e-5);
        decoder.select(new long[] {0, 0, 1, 1});
        long[] twice = {0, 0, 1, 1};
        Tensor next = Tensors.slice(ids, 1, 5, 6).index_select(0, Tensors.of(twice, 4));
        Tensor after6 = decoder.read(next);
        Tensor expected = whole.select(1, 5).index_select(0, Tensors.of(twice, 4));
        assertThat(distance(written(after6), written(expected))).isLessThan(2e-5);
      }
    }
  }

  @Test
  void everyStrategyWritesTheSameWithAndWithoutKeptKeysAndValues() {
    Random random = Randomness.ofTest();
    try (var model = random(random, "SHARED", true);
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.setTraining(false);
      Tensor pixels = pictures(random, 3);
      for (Strategy strategy :
          new Strategy[] {
            Strategy.GREEDY,
            new Strategy.Beams(4, 1),
            new Strategy.Beams(4, 2, 0.7, 0.5),
            new Strategy.Sampling(1.2, 8, 0.9, 5)
          }) {
        var wanted = new Generation(2, 7, 1.3, strategy);
        var prompts = new long[][] {{5}, {5}, {5}};
        try (Decoder kept = model.captions(pixels);
            Decoder replayed = replayed(model, pixels)) {
          var ours = Generator.generate(kept, prompts, 19, wanted);
          var slow = Generator.generate(replayed, prompts, 19, wanted);
          for (int i = 0; i < 3; i++) {
            assertThat(ours.get(i)).hasSameSizeAs(slow.get(i));
            assertThat(ours.get(i).getFirst().tokens())
                .as("%s of picture %d", strategy, i)
                .isEqualTo(slow.get(i).getFirst().tokens());
            assertThat(ours.get(i).getFirst().logProbability())
                .isCloseTo(slow.get(i).getFirst().logProbability(), within(1e-4));
          }
        }
      }
    }
  }

  /** Logits of all tokens but padding, id 0. */
  private static Tensor written(Tensor logits) {
    return Tensors.slice(logits, 1, 1, logits.size(1));
  }

  private static Decoder replayed(Coca model, Tensor pixels) {
    return new ReplayDecoder(
        tokens -> {
          long each = tokens.size(0) / pixels.size(0);
          var index = new long[(int) tokens.size(0)];
          Arrays.setAll(index, row -> row / each);
          Tensor own = pixels.index_select(0, Tensors.of(index, index.length));
          Tensor logits = model.captionLogits(own, tokens).select(1, tokens.size(1) - 1);
          logits.select(1, 0).fill_(new Scalar(Float.NEGATIVE_INFINITY)); // no padding is written
          return logits;
        },
        8);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatFollowsAShortTextChangesNothing(boolean exactMask) {
    Random random = Randomness.ofTest();
    try (var model = random(random, "SHARED", exactMask);
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.setTraining(false);
      long[] text = {5, 6, 7};
      long[] full = {5, 9, 8, 7, 6, 5, 4, 3};
      Tensor alone = model.textFeatures(rows(text)); // trimmed after the first padding
      Tensor beside = model.textFeatures(rows(text, full)); // not trimmed
      assertThat(distance(alone.select(0, 0), beside.select(0, 0))).isLessThan(1e-5);
      try (var batch = new Batch()) {
        Tensor pixels = pictures(random, 2);
        Tensor ids = rows(text, new long[] {5, 9});
        batch.put(Batch.PIXELS, pixels).put(Batch.TOKENS, ids);
        var losses = model.losses(batch);
        Tensor logits = Tensors.slice(model.captionLogits(pixels, ids), 1, 0, 7);
        Tensor targets = Tensors.slice(ids, 1, 1, 8);
        Tensor logs = logits.log_softmax(2).gather(2, targets.unsqueeze(2)).squeeze(2);
        float[] each = Tensors.toFloats(logs);
        double mean = -(each[0] + each[1] + each[7]) / 3.0; // 6 and 7 of the first, 9 of the second
        assertThat(losses.get("caption_loss").item_double()).isCloseTo(2 * mean, within(1e-4));
      }
    }
  }

  @Test
  void theExactMaskShowsTheClassTokenItselfAndNoPadding() {
    Random random = Randomness.ofTest();
    try (var exact = random(random, "SHARED", true);
        var other = random(random, "SHARED", false);
        var _ = new Scope();
        var _ = new NoGrad()) {
      for (var model : new Coca[] {exact, other}) {
        model.setTraining(false);
        Tensor ids = rows(new long[] {5, 6, 7});
        Tensor before = model.textFeatures(ids);
        model
            .parameters()
            .get("text.tokens.weight")
            .select(0, 0)
            .fill_(new Scalar(3.0f)); // the vector of the padding
        double moved = distance(before, model.textFeatures(ids));
        if (model == exact) {
          assertThat(moved).isZero();
        } else {
          assertThat(moved).isGreaterThan(1e-3); // OpenCLIP's sees the first padding
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHARED", "PARALLEL", "CASCADE"})
  void theContrastiveRowAloneIsThatOfAll(String kind) {
    Random random = Randomness.ofTest();
    try (var model = random(random, kind, true);
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.setTraining(false);
      Tensor pixels = pictures(random, 2);
      Tensor ids = rows(new long[] {5, 6, 7}, new long[] {5, 9, 3, 2});
      Tensor images = torch.normalize(model.imageFeatures(pixels));
      Tensor texts = torch.normalize(model.textFeatures(ids));
      Tensor logits = model.logits(torch.matmul(images, texts.t()));
      float[] x = Tensors.toFloats(logits);
      double a = Math.log(Math.exp(x[0]) + Math.exp(x[1])) - x[0];
      double b = Math.log(Math.exp(x[2]) + Math.exp(x[3])) - x[3];
      double c = Math.log(Math.exp(x[0]) + Math.exp(x[2])) - x[0];
      double d = Math.log(Math.exp(x[1]) + Math.exp(x[3])) - x[3];
      try (var batch = new Batch().put(Batch.PIXELS, pixels).put(Batch.TOKENS, ids)) {
        assertThat(model.losses(batch).get("contrastive_loss").item_double())
            .isCloseTo((a + b + c + d) / 4, within(1e-4));
      }
    }
  }

  @Test
  void theNamesOfAReleasedModelsTensorsAreAllKnown() {
    Path folder = Fixtures.folder(FIXTURE);
    var report = ModelFolder.open(folder).report();
    assertThat(report.isExact()).as(report.lines().toString()).isTrue();
    try (TensorSource source = ModelFolder.open(folder).weights()) {
      assertThat(source.names()).contains("text_decoder.cross_attn.1.ln_1_kv.weight");
    }
  }
}
