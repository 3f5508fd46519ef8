package io.vlm4j.model.backbone;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Hypothesis;
import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.Family;
import io.vlm4j.model.Layout;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.LoadReport;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Parity;
import io.vlm4j.model.Pretrained;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tiny models of random weights in Hugging Face's layout. The reference values are those of the
 * published definitions, written out in PyTorch; {@code make.py} beside the models made both.
 */
class CausalModelsTest {
  private static final Device CPU = Engine.device("cpu");
  private static final LoadOptions INT8 = LoadOptions.DEFAULT.withPrecision(Precision.INT8);

  private static Path path(String name) {
    var config = CausalModelsTest.class.getResource(name + "/config.json");
    return Path.of(URI.create(Objects.requireNonNull(config, name).toString())).getParent();
  }

  private static CausalModel load(Path path, LoadOptions options) {
    var model = (CausalModel) ModelFolder.open(path).load(options, CPU).model();
    model.setTraining(false);
    return model;
  }

  private static List<Parity.Difference> differences(Path path, LoadOptions options) {
    return Parity.against(
        ModelFolder.open(path), path.resolve("expected/forward.safetensors"), options, CPU, null);
  }

  /** Logits within 2e-5 of those in the folder, and its eight greedy tokens. */
  static void assertEqualsReference(Path folder) {
    var differences = differences(folder, LoadOptions.DEFAULT);
    assertThat(differences)
        .extracting(Parity.Difference::name)
        .containsExactly("logits", "greedy_ids");
    assertThat(differences.getFirst().maxAbs()).isLessThan(2e-5);
    assertThat(differences.getLast().maxAbs()).isZero();
  }

  private static long[] ids(Random random, int count) {
    return random.longs(count, 0, 64).toArray();
  }

  @ParameterizedClass
  @ValueSource(strings = {"gpt2", "opt", "opt-350m", "phi", "phi3", "mistral"})
  static class EachModel {
    @Parameter String name;

    @TempDir Path folder;

    @Test
    void logitsAndGreedyTokensEqualTheReference() {
      assertEqualsReference(path(name));
    }

    @Test
    void inBf16AndInt8LogitsAreNear() {
      for (Precision precision : List.of(Precision.BF16, Precision.INT8)) {
        var options = LoadOptions.DEFAULT.withPrecision(precision);
        assertThat(differences(path(name), options).getFirst().cosine())
            .as("%s", precision)
            .isGreaterThan(0.999);
      }
    }

    @Test
    void keptKeysAndValuesGiveWhatTheWholeSequenceGives() {
      Random random = Randomness.ofTest();
      try (var model = load(path(name), LoadOptions.DEFAULT);
          var _ = new Scope();
          var _ = new NoGrad()) {
        Tensor ids = Tensors.of(ids(random, 20), 2, 10);
        Tensor whole = model.tokenLogits(ids);
        try (Decoder decoder = model.texts()) {
          Tensor after4 = decoder.read(Tensors.slice(ids, 1, 0, 4));
          assertThat(distance(after4, whole.select(1, 3))).isLessThan(2e-5);
          Tensor after5 = decoder.read(Tensors.slice(ids, 1, 4, 5));
          assertThat(distance(after5, whole.select(1, 4))).isLessThan(2e-5);
          Tensor after10 = decoder.read(Tensors.slice(ids, 1, 5, 10));
          assertThat(distance(after10, whole.select(1, 9))).isLessThan(2e-5);
        }
      }
    }

    @Test
    void promptsOfDifferentLengthsAreContinuedAsEachAlone() {
      Random random = Randomness.ofTest();
      try (var model = load(path(name), LoadOptions.DEFAULT)) {
        long[][] prompts = {ids(random, 3), ids(random, 9), ids(random, 1), ids(random, 6)};
        var together = written(model, prompts);
        for (int i = 0; i < prompts.length; i++) {
          assertThat(together.get(i))
              .as("prompt %d", i)
              .isEqualTo(written(model, new long[][] {prompts[i]}).getFirst());
        }
      }
    }

    private static List<List<Long>> written(CausalModel model, long[][] prompts) {
      try (Decoder decoder = model.texts()) {
        return Generator.generate(decoder, prompts, -1, Generation.greedy(10)).stream()
            .map(List::getFirst)
            .map(Hypothesis::tokens)
            .map(tokens -> Arrays.stream(tokens).boxed().toList())
            .toList();
      }
    }

    @Test
    void writtenAgainTheFolderHoldsTheSameTensors() {
      ModelFolder read = ModelFolder.open(path(name));
      Path again = folder.resolve("again");
      try (Model model = read.load(LoadOptions.DEFAULT, CPU).model();
          var _ = new Scope()) {
        read.writeWith(model, "", again);
        ModelFolder written = ModelFolder.open(again);
        assertThat(written.report().isExact()).isTrue();
        assertThat(written.spec().config()).isEqualTo(read.spec().config());
        var before = TensorSource.readAll(path(name).resolve("model.safetensors"));
        var after = TensorSource.readAll(again.resolve("model.safetensors"));
        after.forEach((key, tensor) -> {
          Tensor found =
              before.entrySet().stream()
                  .filter(entry -> key.endsWith(entry.getKey())) // some begin with the module
                  .findFirst()
                  .orElseThrow()
                  .getValue();
          assertThat(torch.equal(found, tensor)).as(key).isTrue();
        });
        assertThat(after.keySet()).noneMatch(key -> key.endsWith(".attn.bias"));
      }
    }

    /** Phi-3 becomes the model that computes the same with a matrix for each part. */
    @Test
    void aNewFolderComputesTheSame() {
      ModelFolder read = ModelFolder.open(path(name));
      Path fresh = folder.resolve("fresh");
      var loaded = read.load(LoadOptions.DEFAULT, CPU);
      try (var saved = new Pretrained(loaded.spec(), loaded.model(), null, null, CPU)) {
        saved.save(fresh);
      }
      assertThat(ModelFolder.open(fresh).spec().config()).isEqualTo(read.spec().config());
      var logits =
          Parity.against(
                  ModelFolder.open(fresh),
                  path(name).resolve("expected/forward.safetensors"),
                  LoadOptions.DEFAULT,
                  CPU,
                  null)
              .getFirst();
      assertThat(logits.maxAbs()).isLessThan(2e-5);
    }

    @Test
    void itTakesTheMemoryThatThePlanSays() {
      ModelSpec<?> spec = ModelFolder.open(path(name)).spec();
      try (var model = load(path(name), INT8);
          var _ = new Scope();
          var _ = new NoGrad()) {
        long bytes = model.state().values().stream().mapToLong(Tensor::nbytes).sum();
        MemoryPlan plan = MemoryPlan.of(spec, Precision.INT8, CPU, 3, 12);
        assertThat(bytes).isEqualTo(plan.weights());
        List<KeyValueCache> caches = new ArrayList<>();
        for (int i = 0; i < model.layers(); i++) {
          caches.add(new KeyValueCache());
        }
        Tensor ids = Tensors.of(new long[36], 3, 12);
        model.hidden(model.embed(Tensors.slice(ids, 1, 0, 11)), caches, null);
        model.hidden(model.embed(Tensors.slice(ids, 1, 11, 12)), caches, null);
        assertThat(caches.stream().mapToLong(KeyValueCache::bytes).sum()).isEqualTo(plan.kept());
        caches.forEach(KeyValueCache::close);
      }
    }

    /** Of a ReLU, whose derivative jumps, differences tell little: it is replaced. */
    @Test
    void gradientsAreThoseOfDifferences() {
      Random random = Randomness.ofTest();
      ObjectNode tree = ModelFolder.open(path(name)).spec().toTree();
      if (tree.path("activation").asString().equals("relu")) {
        tree.put("activation", "gelu");
      }
      try (var model = (CausalModel) ModelSpec.parse(tree, "test").create();
          var weights = load(path(name), LoadOptions.DEFAULT);
          var _ = new Scope();
          var batch = new Batch()) {
        model.load(weights.state(), "test");
        batch.put(Batch.TOKENS, Tensors.of(ids(random, 14), 2, 7));
        var leaves = new LinkedHashMap<>(model.parameters());
        leaves.keySet().removeIf(key -> key.startsWith("blocks.1") || key.startsWith("tokens"));
        Gradients.checkSteep(
            random, leaves, 0.02, () -> model.losses(batch).get("next_token_loss"));
      }
    }
  }

  /** What is left of a table of positions are those of the first tokens. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "opt"})
  void aShorterContextCutsTheTableOfPositions(String name) {
    try (var whole = load(path(name), LoadOptions.DEFAULT);
        var cut = load(path(name), LoadOptions.DEFAULT.withContextLength(9));
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor ids = Tensors.of(ids(Randomness.ofTest(), 18), 2, 9);
      assertThat(distance(cut.tokenLogits(ids), whole.tokenLogits(ids))).isZero();
      Tensor longer = Tensors.of(new long[10], 1, 10);
      assertRefused(() -> cut.tokenLogits(longer), "10 tokens", "9 positions");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gpt2 | 'scale_attn_by_inverse_layer_idx': true | scale_attn_by_inverse_layer_idx",
        "gpt2 | 'activation_function': 'tanh' | tanh",
        "gpt2 | 'n_embd': 25 | remainder",
        "opt | 'enable_bias': false | enable_bias",
        "opt | 'layer_norm_elementwise_affine': false | layer_norm_elementwise_affine",
        "phi | 'qk_layernorm': true | qk_layernorm",
        "phi | 'tie_word_embeddings': true | tie_word_embeddings",
        "phi | 'partial_rotary_factor': 0.3 | even",
        "phi3 | 'partial_rotary_factor': 0.75 | partial_rotary_factor",
        "phi3 | 'rope_scaling': {'type': 'longrope'} | rope_scaling",
        "mistral | 'sliding_window': -3 | window",
      })
  void whatWouldBeComputedOtherwiseIsRefused(String name, String change, String named)
      throws IOException {
    Path copy = folder.resolve("model");
    Files.createDirectory(copy);
    Files.copy(path(name).resolve("model.safetensors"), copy.resolve("model.safetensors"));
    ObjectNode json = Json.readObject(path(name).resolve("config.json"));
    json.setAll((ObjectNode) Json.parse("{" + change.replace('\'', '"') + "}"));
    Files.writeString(copy.resolve("config.json"), Json.toLine(json));
    assertRefused(() -> load(copy, LoadOptions.DEFAULT).close(), named);
  }

  /** On shapes alone: parameters as the cards of the released models count them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "124439808 | {'model_type': 'gpt2'}",
        "125239296 | {'model_type': 'opt'}",
        "331196416 | {'model_type': 'opt', 'hidden_size': 1024, 'word_embed_proj_dim': 512,"
            + " 'num_hidden_layers': 24, 'num_attention_heads': 16, 'ffn_dim': 4096,"
            + " 'do_layer_norm_before': false}",
        "1418270720 | {'model_type': 'phi'}",
        "2779683840 | {'model_type': 'phi', 'hidden_size': 2560, 'intermediate_size': 10240,"
            + " 'num_hidden_layers': 32, 'partial_rotary_factor': 0.4}",
        "3821079552 | {'model_type': 'phi3'}",
        "7241732096 | {'model_type': 'mistral'}",
      })
  void modelsOfReleasedSizesHaveTheirParameters(long parameters, String config) {
    var json = (ObjectNode) Json.parse(config.replace('\'', '"'));
    var family = Family.of(Layout.HUGGING_FACE, json);
    long sum = 0;
    for (long[] shape : spec(family, json).shapes().values()) {
      sum += Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
    assertThat(sum).isEqualTo(parameters);
  }

  private static <C extends Record> ModelSpec<C> spec(Family<C> family, ObjectNode json) {
    return new ModelSpec<>(family, family.readConfig(Layout.HUGGING_FACE, json));
  }

  @TempDir Path folder;

  @Test
  void aMissingTensorThatHoldsSeveralOfOursIsNamedOnce() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("model"));
    Files.copy(path("gpt2").resolve("config.json"), copy.resolve("config.json"));
    try (var _ = new Scope()) {
      var tensors = TensorSource.readAll(path("gpt2").resolve("model.safetensors"));
      tensors.remove("h.1.attn.c_attn.weight");
      SafeTensors.write(copy.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    }
    assertThat(ModelFolder.open(copy).report().missing())
        .extracting(LoadReport.Entry::name)
        .containsExactly("transformer.h.1.attn.c_attn.weight");
  }

  @Test
  void withoutAWindowMistralSeesAll() throws IOException {
    ObjectNode json = Json.readObject(path("mistral").resolve("config.json"));
    var family = new LlamaFamily();
    var layout = family.layouts().getFirst();
    assertThat(family.readConfig(layout, json).window()).isEqualTo(4);
    assertThat(family.readConfig(layout, json.putNull("sliding_window")).window()).isZero();
    json.remove("sliding_window"); // what their program takes for it
    assertThat(family.readConfig(layout, json).window()).isEqualTo(4096);
  }

  @Test
  void aConfigurationThatTheNamesCannotSayIsNoModelOfTheFamily() {
    for (String name : List.of("gpt2", "opt", "phi")) {
      for (String other : List.of("gpt2", "opt-350m", "phi")) {
        ObjectNode tree = ModelFolder.open(path(other)).spec().toTree();
        tree.put("family", name);
        ModelSpec<?> spec = ModelSpec.parse(tree, "test");
        if (other.startsWith(name)) {
          spec.create().close();
        } else {
          assertRefused(spec::create, "no " + name + " model", "positions");
        }
      }
    }
  }

  /** As OPT's first files were written, and as a file of GPT-2's body and head is. */
  @Test
  void namesBeginWithTheModuleOrNot() {
    try (var _ = new Scope()) {
      for (String name : List.of("gpt2", "opt-350m")) {
        ModelFolder read = ModelFolder.open(path(name));
        var keys = TensorSource.readAll(path(name).resolve("model.safetensors")).keySet();
        String module = name.equals("gpt2") ? "transformer." : "model.";
        assertThat(keys).noneMatch(key -> key.startsWith(module));
        assertThat(read.report().isExact()).isTrue();
        try (Model model = read.load(LoadOptions.DEFAULT, CPU).model()) {
          Path again = folder.resolve(name);
          read.writeWith(model, "", again);
          assertThat(TensorSource.readAll(again.resolve("model.safetensors")).keySet())
              .allMatch(key -> key.startsWith(module));
        }
      }
    }
  }
}
