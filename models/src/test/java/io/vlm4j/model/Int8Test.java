package io.vlm4j.model;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.backbone.Llama;
import io.vlm4j.model.backbone.LlamaConfig;
import io.vlm4j.model.backbone.Llava;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.TinyModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class Int8Test {
  private static final LoadOptions INT8 = LoadOptions.DEFAULT.withPrecision(Precision.INT8);
  private static final Device CPU = Engine.device("cpu");

  @TempDir Path folder;

  private static ModelSpec<?> spec(String yaml) {
    return ModelSpec.parse(Json.fromYaml(yaml, ObjectNode.class, "test"), "test");
  }

  private static ModelSpec<?> llama(boolean tied) {
    return spec(TinyModels.LLAMA.replace("tied: false", "tied: " + tied));
  }

  /** A saved model of random weights that are large enough for every part to matter. */
  private Path saved(ModelSpec<?> spec) {
    Engine.seed(3);
    Path path = folder.resolve("model");
    try (Model model = spec.create();
        var _ = new NoGrad();
        var _ = new Scope()) {
      model
          .parameters()
          .forEach((name, parameter) -> {
            if (!name.contains("norm")) {
              parameter.mul_(new Scalar(6.0f));
            }
          });
      new Pretrained(spec, model, null, spec.readsPictures() ? spec.preprocessing() : null, CPU)
          .save(path);
    }
    return path;
  }

  private static long bytes(Model model) {
    return model.state().values().stream().mapToLong(Int8Test::stored).sum();
  }

  /** What a tensor really takes, which is less than its shape says if places share numbers. */
  private static long stored(Tensor tensor) {
    try (var _ = new Scope()) {
      return tensor.storage().nbytes();
    }
  }

  /** Random weights leave the best tokens close to each other: what is written may differ. */
  @ParameterizedTest
  @ValueSource(strings = {"llama-hf-tiny", "qwen2-hf-tiny"})
  void logitsAreNearTheReference(String name) {
    Path fixture = Fixtures.folder(name);
    var logits =
        Parity.against(
                ModelFolder.open(fixture),
                fixture.resolve("expected/forward.safetensors"),
                INT8,
                CPU,
                null)
            .getFirst();
    assertThat(logits.name()).isEqualTo("logits");
    assertThat(logits.cosine()).isGreaterThan(0.9995);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theModelTakesWhatThePlanSaysAndItsLogitsAreNear(boolean tied) {
    ModelSpec<?> spec = llama(tied);
    ModelFolder files = ModelFolder.open(saved(spec));
    try (Model exact = files.load(LoadOptions.DEFAULT, CPU).model();
        Model int8 = files.load(INT8, CPU).model();
        var _ = new Scope();
        var _ = new NoGrad()) {
      assertThat(bytes(int8)).isEqualTo(MemoryPlan.of(spec, Precision.INT8, CPU, 1, 8).weights());
      assertThat(bytes(exact)).isEqualTo(MemoryPlan.of(spec, Precision.F32, CPU, 1, 8).weights());
      assertThat(int8.isInt8()).isTrue();
      Tensor table = int8.parameters().get("tokens.weight");
      assertThat(table.scalar_type().intern()).isEqualTo(tied ? ScalarType.Char : ScalarType.Float);
      Tensor ids = Tensors.of(new long[] {1, 500, 3, 77, 5, 6, 7, 200, 9, 10, 11, 12}, 1, 12);
      Tensor expected = ((Llama) exact).tokenLogits(ids);
      Tensor logits = ((Llama) int8).tokenLogits(ids);
      assertThat(logits.scalar_type().intern()).isEqualTo(ScalarType.Float);
      double size = expected.square().mean().sqrt().item_double();
      assertThat(distance(logits, expected)).isPositive().isLessThan(0.1 * size);
    }
  }

  /** Tells of every tensor that is read. */
  private record Watched(TensorSource source, Runnable told) implements TensorSource {
    @Override
    public SequencedSet<String> names() {
      return source.names();
    }

    @Override
    public long[] shape(String name) {
      return source.shape(name);
    }

    @Override
    public ScalarType type(String name) {
      return source.type(name);
    }

    @Override
    public Tensor read(String name) {
      told.run();
      return source.read(name);
    }

    @Override
    public void read(String name, Tensor target) {
      told.run();
      source.read(name, target);
    }

    @Override
    public Map<String, String> metadata() {
      return source.metadata();
    }

    @Override
    public Path file(String name) {
      return source.file(name);
    }

    @Override
    public void close() {
      source.close();
    }
  }

  @Test
  void whileItIsLoadedNeverMoreIsHeldThanInTheEnd() {
    ModelSpec<?> spec = llama(false);
    ModelFolder files = ModelFolder.open(saved(spec));
    Set<String> int8 = spec.int8Names();
    var held = new ArrayList<Long>();
    try (var _ = Init.places();
        Model model = spec.create();
        var source =
            new Watched(
                files.weights(),
                () -> {
                  synchronized (held) {
                    held.add(bytes(model));
                  }
                })) {
      model.allocate(int8);
      files.plan(spec, source).run(model, int8);
      long end = MemoryPlan.of(spec, Precision.INT8, CPU, 1, 8).weights();
      assertThat(bytes(model)).isEqualTo(end);
      assertThat(held).hasSize(spec.shapes().size()).allMatch(bytes -> bytes <= end);
    }
  }

  @Test
  void ofALlavaTheLanguageModelAloneIsHeldInInt8() {
    ModelSpec<?> spec = spec(TinyModels.LLAVA);
    try (Model model = ModelFolder.open(saved(spec)).load(INT8, CPU).model();
        var _ = new Scope();
        var _ = new NoGrad()) {
      model
          .matrices()
          .forEach((name, matrix) ->
              assertThat(matrix.isInt8())
                  .as(name)
                  .isEqualTo(name.startsWith("language.") && !name.contains("tokens")));
      Tensor ids = Tensors.of(new long[] {1, -200, -200, -200, -200, 5, 6}, 1, 7);
      Tensor pixels = Tensors.zeros(ScalarType.Float, 1, 3, 16, 16);
      Tensor logits = ((Llava) model).logits(ids, pixels, null);
      assertThat(logits.isfinite().all().item_bool()).isTrue();
    }
  }

  @Test
  void itIsNeitherSavedNorKnownInOtherFamilies() {
    ModelSpec<?> spec = llama(true);
    Path path = saved(spec);
    try (var model = new Pretrained(spec, loaded(path), null, null, CPU)) {
      assertRefused(() -> model.save(folder.resolve("again")), "int8", "f32");
      assertThat(folder.resolve("again")).doesNotExist();
    }
    assertRefused(() -> spec(TinyModels.CLIP).int8Names(), "clip", "int8", "f32");
  }

  private static Model loaded(Path path) {
    return ModelFolder.open(path).load(INT8, CPU).model();
  }

  /** The moment of most room: an even number of tokens, of which the last came alone. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"F32", "BF16", "INT8"})
  void cachesTakeWhatThePlanSays(Precision precision) {
    ModelSpec<?> spec = llama(false);
    int rows = 3;
    int tokens = 12;
    var options = LoadOptions.DEFAULT.withPrecision(precision);
    try (Model model = ModelFolder.open(saved(spec)).load(options, CPU).model();
        var _ = new Scope();
        var _ = new NoGrad()) {
      var llama = (Llama) model;
      List<KeyValueCache> caches = new ArrayList<>();
      for (int i = 0; i < ((LlamaConfig) spec.config()).layers(); i++) {
        caches.add(new KeyValueCache());
      }
      Tensor ids = Tensors.of(new long[rows * tokens], rows, tokens);
      llama.hidden(llama.embed(Tensors.slice(ids, 1, 0, tokens - 1)), caches, null);
      llama.hidden(llama.embed(Tensors.slice(ids, 1, tokens - 1, tokens)), caches, null);
      assertThat(caches).allMatch(cache -> cache.length() == tokens);
      assertThat(caches.stream().mapToLong(KeyValueCache::bytes).sum())
          .isEqualTo(MemoryPlan.of(spec, precision, CPU, rows, tokens).kept());
      caches.forEach(KeyValueCache::close);
      assertThat(caches).allMatch(cache -> cache.bytes() == 0);
    }
  }
}
