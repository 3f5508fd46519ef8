package io.vlm4j.io;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorSourceTest {
  @TempDir Path folder;

  @Test
  void aSourceSaysWhatItHoldsWithoutReadingIt() {
    Path file = folder.resolve("t.safetensors");
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      tensors.put("matrix", Tensors.zeros(ScalarType.BFloat16, 2, 3));
      tensors.put("scalar", Tensors.zeros(ScalarType.Long));
      SafeTensors.write(file, tensors, Map.of("format", "pt"));
    }
    try (TensorSource source = TensorSource.open(file)) {
      assertThat(source.names()).containsExactly("matrix", "scalar");
      assertThat(source.shape("matrix")).containsExactly(2, 3);
      assertThat(source.shape("scalar")).isEmpty();
      assertThat(source.type("matrix")).isEqualTo(ScalarType.BFloat16);
      assertThat(source.metadata()).isEqualTo(Map.of("format", "pt"));
      assertThat(source.file("scalar")).isEqualTo(file);
      assertThatThrownBy(() -> source.names().removeFirst())
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void anUnknownNameIsRefused() {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(write("t.safetensors", 1f, 2f))) {
      assertRefused(() -> source.read("b"), "t.safetensors", "'b'");
      assertRefused(() -> source.read("b", Tensors.zeros(ScalarType.Float, 2)), "'b'");
      assertRefused(() -> source.shape("b"), "'b'");
      assertRefused(() -> source.type("b"), "'b'");
      assertRefused(() -> source.file("b"), "'b'");
    }
  }

  @Test
  void tensorsOutliveTheSourceAndTheFile() throws IOException {
    try (var _ = new Scope()) {
      Path file = write("t.safetensors", 1f, 2f);
      Tensor tensor;
      try (TensorSource source = TensorSource.open(file)) {
        tensor = source.read("a");
      }
      Files.delete(file);
      assertThat(Tensors.toFloats(tensor)).containsExactly(1, 2);
    }
  }

  /** Also those types in which values must be rounded. */
  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "Double", "Half", "BFloat16", "Float8_e4m3fn", "Long"})
  void aTargetOfAnyTypeIsFilledAsLibtorchConverts(ScalarType type) {
    Random random = Randomness.ofTest();
    try (var _ = new Scope()) {
      int count = 600_000; // more than one piece, and no whole number of them
      Tensor values = Tensors.of(Randomness.normal(random, count), 2, count / 2);
      Path file = folder.resolve("t.safetensors");
      SafeTensors.write(file, Map.of("a", values), Map.of());
      Tensor target = Tensors.zeros(type, 2, count / 2);
      try (TensorSource source = TensorSource.open(file)) {
        source.read("a", target);
      }
      assertThat(Tensors.bytes(target)).isEqualTo(Tensors.bytes(values.to(type)));
    }
  }

  @Test
  void partsAndTransposedViewsOfATensorAreFilledInPlace() {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(write("t.safetensors", 1f, 2f, 3f, 4f))) {
      Tensor rows = Tensors.zeros(ScalarType.Float, 3, 4);
      source.read("a", rows.select(0, 1));
      assertThat(Tensors.toFloats(rows)).containsExactly(0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0);
      Tensor columns = Tensors.zeros(ScalarType.Float, 4, 2);
      source.read("a", columns.t().select(0, 1));
      assertThat(Tensors.toFloats(columns)).containsExactly(0, 1, 0, 2, 0, 3, 0, 4);
    }
  }

  @Test
  void aParameterIsFilledWithoutBeingRecorded() {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(write("t.safetensors", 1f, 2f))) {
      for (ScalarType type : List.of(ScalarType.Float, ScalarType.Double)) {
        Tensor parameter = Tensors.zeros(type, 2).set_requires_grad(true);
        source.read("a", parameter);
        assertThat(Tensors.toFloats(parameter)).containsExactly(1, 2);
        assertThat(parameter.is_leaf()).isTrue();
      }
    }
  }

  @Test
  void aTargetOfAnotherShapeIsRefusedWithBothShapes() {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(write("t.safetensors", 1f, 2f))) {
      for (long[] shape : new long[][] {{1, 2}, {3}, {}}) {
        Tensor target = Tensors.zeros(ScalarType.Float, shape);
        assertRefused(
            () -> source.read("a", target), "t.safetensors", "'a'", "[2]", Arrays.toString(shape));
      }
    }
  }

  @Test
  void manyThreadsReadFromOneSource() throws Exception {
    Random random = Randomness.ofTest();
    float[] values = Randomness.normal(random, 10_000);
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(write("t.safetensors", values));
        var threads = Executors.newFixedThreadPool(4)) {
      var results = new ArrayList<Future<float[]>>();
      for (int i = 0; i < 64; i++) {
        results.add(
            threads.submit(() -> {
              try (var _ = new Scope()) {
                return Tensors.toFloats(source.read("a"));
              }
            }));
      }
      for (Future<float[]> result : results) {
        assertThat(result.get()).isEqualTo(values);
      }
    }
  }

  @Test
  void aFileThatIsCutOffWhileItIsOpenIsRefused() throws IOException {
    try (var _ = new Scope()) {
      Path file = write("t.safetensors", new float[1 << 18]);
      try (TensorSource source = TensorSource.open(file);
          var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(4096);
        assertRefused(() -> source.read("a"), file.toString(), "cut off");
      }
    }
  }

  @Test
  void contentCountsMoreThanTheEnding() {
    try (var _ = new Scope()) {
      for (String name : List.of("model.bin", "model.pt", "model")) {
        assertThat(TensorSource.readAll(write(name, 1f)).keySet()).containsExactly("a");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GGUF and more", "{\"a\": 1}", "PK\u0003\u0004", "\u0080\u0002"})
  void filesOfNoKnownFormatAreRefused(String content) throws IOException {
    Path file = folder.resolve("model.bin");
    Files.writeString(file, content, StandardCharsets.ISO_8859_1);
    assertRefused(() -> TensorSource.open(file), file.toString());
  }

  @Test
  void missingFilesAndFoldersAreRefused() {
    assertRefused(() -> TensorSource.open(folder.resolve("a.pt")), "a.pt", "no such file");
    assertRefused(() -> TensorSource.open(folder.resolve("a.json")), "a.json", "no such file");
    assertRefused(() -> TensorSource.open(folder), folder.toString(), "model", ".safetensors");
  }

  @Test
  void aFolderIsOpenedByItsUsualFile() {
    try (var _ = new Scope()) {
      write("pytorch_model.bin", 1f);
      assertThat(Tensors.toFloats(TensorSource.readAll(folder).get("a"))).containsExactly(1);
      write("model.safetensors", 2f);
      assertThat(Tensors.toFloats(TensorSource.readAll(folder).get("a"))).containsExactly(2);
      write("other.bin", 3f);
      assertThat(TensorSource.locate(folder, List.of("none", "other")))
          .isEqualTo(folder.resolve("other.bin"));
    }
  }

  @Test
  void shardsAreWrittenAsHuggingFaceNamesThem() {
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (String name : List.of("a", "b", "c", "d")) {
        tensors.put(name, Tensors.of(new float[] {name.charAt(0), 1, 2, 3}, 4));
      }
      tensors.put("large", Tensors.of(new float[12], 12));
      tensors.put("e", Tensors.of(new float[1], 1));
      var metadata = Map.of("format", "pt");
      Path index = SafeTensors.writeSharded(folder, "model", tensors, metadata, 32);

      assertThat(index).isEqualTo(folder.resolve("model.safetensors.index.json"));
      assertThat(Json.readObject(index))
          .isEqualTo(
              Json.parse(
                  """
                  {"metadata": {"total_size": 116},
                   "weight_map": {
                     "a": "model-00001-of-00004.safetensors",
                     "b": "model-00001-of-00004.safetensors",
                     "c": "model-00002-of-00004.safetensors",
                     "d": "model-00002-of-00004.safetensors",
                     "large": "model-00003-of-00004.safetensors",
                     "e": "model-00004-of-00004.safetensors"}}
                  """));
      try (TensorSource source = TensorSource.open(folder)) {
        assertThat(source.names()).containsExactlyElementsOf(tensors.keySet());
        assertThat(source.metadata()).isEqualTo(metadata);
        assertThat(source.file("c")).hasFileName("model-00002-of-00004.safetensors");
        assertThat(source.shape("large")).containsExactly(12);
        assertThat(source.type("d")).isEqualTo(ScalarType.Float);
        assertRefused(() -> source.read("f"), "index.json", "'f'");
        tensors.forEach(
            (name, tensor) -> assertThat(torch.equal(source.read(name), tensor)).as(name).isTrue());
      }
    }
  }

  @Test
  void writingAgainRemovesTheShardsOfBefore() throws IOException {
    try (var _ = new Scope()) {
      var tensors =
          Map.of("a", Tensors.of(new float[4], 4), "b", Tensors.of(new float[] {1, 2, 3, 4}, 4));
      Files.writeString(folder.resolve("model.txt"), "not ours");
      SafeTensors.writeSharded(folder, "model", tensors, Map.of(), 16);
      assertThat(fileNames())
          .containsExactlyInAnyOrder(
              "model-00001-of-00002.safetensors",
              "model-00002-of-00002.safetensors",
              "model.safetensors.index.json",
              "model.txt");
      assertThat(SafeTensors.writeSharded(folder, "model", tensors, Map.of(), 32))
          .isEqualTo(folder.resolve("model.safetensors"));
      assertThat(fileNames()).containsExactlyInAnyOrder("model.safetensors", "model.txt");
      SafeTensors.writeSharded(folder, "model", tensors, Map.of(), 1);
      assertThat(TensorSource.readAll(folder)).containsOnlyKeys("a", "b");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x/t.safetensors",
        "..",
        ".",
        "",
        "/etc/passwd",
        "x/../t.safetensors",
        "./t.safetensors",
        "x\\\\t.safetensors",
        "C:t.safetensors",
        "t.safetensors\\u0000"
      })
  void anIndexLeadsNowhereButToItsFolder(String shard) throws IOException {
    try (var _ = new Scope()) {
      write("t.safetensors", 1f);
      assertRefused(() -> TensorSource.open(index("\"" + shard + "\"")), "index.json", "'a'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "null", "[]", "{}", "[\"t.safetensors\"]"})
  void anIndexNamesFiles(String shard) throws IOException {
    try (var _ = new Scope()) {
      write("t.safetensors", 1f);
      assertRefused(() -> TensorSource.open(index(shard)), "index.json", "'a'");
    }
  }

  @Test
  void anIndexThatDoesNotFitItsFilesIsRefused() throws IOException {
    assertRefused(() -> TensorSource.open(index("\"none.safetensors\"")), "none.safetensors");
    try (var _ = new Scope()) {
      SafeTensors.write(
          folder.resolve("t.safetensors"), Map.of("b", Tensors.of(new float[1], 1)), Map.of());
    }
    assertRefused(
        () -> TensorSource.open(index("\"t.safetensors\"")), "index.json", "'a'", "t.safetensors");
    Path other = Files.writeString(folder.resolve("config.json"), "{\"weight_map\": []}");
    assertRefused(() -> TensorSource.open(other), "config.json", "weight_map");
  }

  @Test
  void shardsOfHuggingFaceAreReadWhole() {
    Path fixture = Fixtures.folder("clip-hf-sharded-bf16");
    try (TensorSource source = TensorSource.open(fixture);
        var _ = new Scope()) {
      var index = Json.readObject(fixture.resolve("model.safetensors.index.json"));
      long size = 0;
      for (String name : source.names()) {
        Tensor tensor = source.read(name);
        assertThat(tensor.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        assertThat(Tensors.toFloats(tensor)).doesNotContain(Float.NaN);
        assertThat(source.file(name)).hasFileName(index.path("weight_map").path(name).asString());
        size += tensor.nbytes();
      }
      assertThat(size).isEqualTo(index.path("metadata").path("total_size").asLong());
      assertThat(source.metadata()).containsEntry("format", "pt");
    }
  }

  private List<String> fileNames() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  private Path index(String shard) throws IOException {
    return Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"a\":" + shard + "}}");
  }

  private Path write(String name, float... values) {
    Path file = folder.resolve(name);
    SafeTensors.write(file, Map.of("a", Tensors.of(values, values.length)), Map.of());
    return file;
  }
}
