package io.vlm4j.model.backbone;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Hypothesis;
import io.vlm4j.generate.ReplayDecoder;
import io.vlm4j.generate.Strategy;
import io.vlm4j.io.Json;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Parity;
import io.vlm4j.model.backbone.LlamaConfig.Biases;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import io.vlm4j.testing.TinyModels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class LlamaTest {
  private static final int V = 560;

  private static LlamaConfig tiny() {
    var tree = Json.fromYaml(TinyModels.LLAMA, ObjectNode.class, "test");
    return (LlamaConfig) ModelSpec.parse(tree, "test").config();
  }

  private static LlamaConfig with(Biases biases, boolean tied, int window) {
    LlamaConfig c = tiny();
    return new LlamaConfig(
        V, 24, -1, 32, 2, 4, 2, 8, 48, "silu", 1e-5, biases, tied, window, c.rope(), 0.02);
  }

  /** A model of random weights that are large enough for every part to matter. */
  static Llama random(Random random, LlamaConfig config) {
    var model = new Llama(config);
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      model
          .parameters()
          .forEach((name, parameter) -> {
            if (!name.contains("norm")) {
              float[] values = Randomness.normal(random, (int) parameter.numel());
              parameter.copy_(Tensors.of(values, parameter.shape()));
              parameter.mul_(new Scalar(0.3f));
            }
          });
    }
    model.setTraining(false);
    return model;
  }

  private static long[] ids(Random random, int count) {
    return random.longs(count, 0, V - 1).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-hf-tiny", "qwen2-hf-tiny"})
  void logitsAndGreedyTokensEqualTheReference(String name) {
    CausalModelsTest.assertEqualsReference(Fixtures.folder(name));
  }

  @Test
  void inBf16LogitsAreNearAndTakeHalfTheMemory() {
    Path folder = Fixtures.folder("llama-hf-tiny");
    var expected = folder.resolve("expected/forward.safetensors");
    var options = LoadOptions.DEFAULT.withPrecision(Precision.BF16);
    var model = ModelFolder.open(folder);
    try (var loaded = model.load(options, Engine.device("cpu")).model()) {
      assertThat(loaded.parameters().values())
          .allMatch(p -> p.scalar_type().intern() == ScalarType.BFloat16);
    }
    var logits = Parity.against(model, expected, options, Engine.device("cpu"), null).getFirst();
    assertThat(logits.cosine()).isGreaterThan(0.999);
  }

  /** What the reader of a written configuration makes of it. */
  @ParameterizedTest
  @MethodSource("configurations")
  void aConfigurationComesBackFromHuggingFaces(LlamaConfig config, String type) {
    var family = new LlamaFamily();
    ObjectNode json = family.writeConfig(family.layouts().getFirst(), config);
    assertThat(json.path("model_type").asString()).isEqualTo(type);
    var back = family.readConfig(family.layouts().getFirst(), json);
    assertThat(back.end()).isEqualTo(config.end());
    assertThat(family.writeConfig(family.layouts().getFirst(), back)).isEqualTo(json);
    assertThat(back.rotary()).isEqualTo(config.rotary());
    assertThat(back.biases()).isEqualTo(config.biases());
    assertThat(back.window()).isEqualTo(config.window());
  }

  static Stream<Arguments> configurations() {
    LlamaConfig c = with(Biases.NONE, true, 0);
    var llama3 = new LlamaConfig.Rope(5e5, new LlamaConfig.Scaling("llama3", 8, 16, 1, 4, 1));
    var yarn = new LlamaConfig.Rope(1e6, new LlamaConfig.Scaling("yarn", 4, 12, 1, 32, 1.2));
    return Stream.of(
        Arguments.of(c, "llama"),
        Arguments.of(with(Biases.ALL, false, 0), "llama"),
        Arguments.of(with(Biases.NONE, false, 7), "mistral"),
        Arguments.of(with(Biases.INPUTS, true, 0), "qwen2"),
        Arguments.of(with(Biases.INPUTS, true, 7), "qwen2"),
        Arguments.of(rope(c, llama3), "llama"),
        Arguments.of(rope(c, yarn), "llama"));
  }

  private static LlamaConfig rope(LlamaConfig c, LlamaConfig.Rope rope) {
    return new LlamaConfig(
        V, 24, 5, 32, 2, 4, 2, 16, 48, "silu", 1e-5, c.biases(), c.tied(), 0, rope, 0.02);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void keptKeysAndValuesGiveWhatTheWholeSequenceGives(int window) {
    Random random = Randomness.ofTest();
    try (var model = random(random, with(Biases.INPUTS, false, window));
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor ids = Tensors.of(ids(random, 20), 2, 10);
      Tensor whole = model.tokenLogits(ids);
      try (Decoder decoder = model.texts()) {
        Tensor after4 = decoder.read(Tensors.slice(ids, 1, 0, 4));
        assertThat(distance(after4, whole.select(1, 3))).isLessThan(1e-4);
        Tensor after5 = decoder.read(Tensors.slice(ids, 1, 4, 5));
        assertThat(distance(after5, whole.select(1, 4))).isLessThan(1e-4);
        decoder.select(new long[] {1, 1, 0});
        Tensor rows = Tensors.of(new long[] {1, 1, 0}, 3);
        Tensor after10 = decoder.read(Tensors.slice(ids, 1, 5, 10).index_select(0, rows));
        Tensor expected = whole.select(1, 9).index_select(0, rows);
        assertThat(distance(after10, expected)).isLessThan(1e-4);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void promptsOfDifferentLengthsAreContinuedAsEachAlone(int window) {
    Random random = Randomness.ofTest();
    var strategies =
        List.of(Strategy.GREEDY, new Strategy.Sampling(0.8, 50, 0.95, 3), new Strategy.Beams(3, 1));
    try (var model = random(random, with(Biases.NONE, false, window))) {
      long[][] prompts = {ids(random, 3), ids(random, 9), ids(random, 1), ids(random, 6)};
      for (Strategy strategy : strategies) {
        var wanted = new Generation(0, 8, 1.2, strategy).with(0.3, 0.2, Map.of(7L, 1.0));
        List<List<Hypothesis>> together;
        try (Decoder decoder = model.texts()) {
          together = Generator.generate(decoder, prompts, V - 1, wanted);
        }
        for (int i = 0; i < prompts.length; i++) {
          try (Decoder decoder = model.texts()) {
            var alone =
                Generator.generate(
                    decoder, new long[][] {prompts[i]}, V - 1, wanted.with(strategy.after(i)));
            Hypothesis text = alone.getFirst().getFirst();
            assertThat(together.get(i).getFirst().tokens())
                .as("%s of prompt %d", strategy, i)
                .isEqualTo(text.tokens());
            assertThat(together.get(i).getFirst().logProbability())
                .isCloseTo(text.logProbability(), within(1e-3));
          }
        }
      }
    }
  }

  @Test
  void aDecoderWithoutPaddingSaysSo() {
    try (var decoder = new ReplayDecoder(tokens -> tokens, 10)) {
      assertRefused(
          () -> Generator.generate(decoder, new long[][] {{1}, {1, 2}}, 0, Generation.greedy(2)),
          "one length");
    }
  }

  @Test
  void theLossIsThatOfTheTokensUpToTheFirstEnd() {
    Random random = Randomness.ofTest();
    try (var model = random(random, with(Biases.NONE, true, 0));
        var _ = new Scope();
        var _ = new NoGrad();
        var batch = new Batch();
        var labelled = new Batch()) {
      long end = V - 1;
      Tensor ids = Tensors.of(new long[] {1, 2, 3, end, end, end, 4, 5, 6, 7, 8, end}, 2, 6);
      float[] logs = Tensors.toFloats(model.tokenLogits(ids).log_softmax(2));
      double sum = 0;
      int[][] counted = {{0, 2}, {1, 3}, {2, V - 1}, {6, 5}, {7, 6}, {8, 7}, {9, 8}, {10, V - 1}};
      for (int[] each : counted) {
        sum -= logs[each[0] * V + each[1]];
      }
      batch.put(Batch.TOKENS, ids);
      assertThat(model.losses(batch).get("next_token_loss").item_double())
          .isCloseTo(sum / counted.length, within(1e-4));
      long n = -100;
      Tensor labels = Tensors.of(new long[] {n, n, n, end, n, n, n, n, n, n, 8, n}, 2, 6);
      labelled.put(Batch.TOKENS, ids).put(Batch.LABELS, labels);
      double own = -(logs[2 * V + V - 1] + logs[9 * V + 8]) / 2.0;
      assertThat(model.losses(labelled).get("next_token_loss").item_double())
          .isCloseTo(own, within(1e-4));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gradientsAreThoseOfDifferences(boolean tied) {
    Random random = Randomness.ofTest();
    try (var model = random(random, with(Biases.INPUTS, tied, 0));
        var _ = new Scope();
        var batch = new Batch()) {
      batch.put(Batch.TOKENS, Tensors.of(ids(random, 14), 2, 7));
      var leaves = new LinkedHashMap<>(model.parameters());
      leaves.keySet().removeIf(name -> name.startsWith("blocks.1") || name.equals("tokens.weight"));
      Gradients.checkSteep(random, leaves, 0.02, () -> model.losses(batch).get("next_token_loss"));
    }
  }
}
