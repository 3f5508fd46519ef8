package io.vlm4j.io;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against files that PyTorch has written; {@code torch/make.py} says what is in them. */
class TorchFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"state.pt", "state-protocol4.pt", "state-legacy.pt"})
  void stateDictionariesAreRead(String name) {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(resource(name))) {
      assertThat(source.names())
          .containsExactly(
              "fc.weight",
              "fc.bias",
              "norm.weight",
              "norm.bias",
              "norm.running_mean",
              "norm.running_var",
              "norm.num_batches_tracked");
      assertThat(source.shape("fc.weight")).containsExactly(2, 3);
      assertThat(source.shape("norm.num_batches_tracked")).isEmpty();
      assertThat(source.type("norm.num_batches_tracked")).isEqualTo(ScalarType.Long);
      assertThat(source.file("fc.bias")).isEqualTo(resource(name));
      assertThat(Tensors.toFloats(source.read("fc.weight"))).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(Tensors.toFloats(source.read("fc.bias"))).containsExactly(10, 11);
      assertThat(Tensors.toFloats(source.read("norm.running_var"))).containsExactly(1, 1);
      assertThat(Tensors.toLongs(source.read("norm.num_batches_tracked"))).containsExactly(0);
    }
  }

  @Test
  void parametersAreRead() {
    try (var _ = new Scope()) {
      var tensors = TensorSource.readAll(resource("parameters.pt"));
      assertThat(tensors.keySet())
          .containsExactly("fc.weight", "fc.bias", "norm.weight", "norm.bias");
      assertThat(Tensors.toFloats(tensors.get("fc.bias"))).containsExactly(10, 11);
      assertThat(tensors.get("fc.bias").requires_grad()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "float64, Double",
    "float32, Float",
    "float16, Half",
    "bfloat16, BFloat16",
    "float8_e4m3fn, Float8_e4m3fn",
    "float8_e5m2, Float8_e5m2",
    "int64, Long",
    "int32, Int",
    "int16, Short",
    "int8, Char",
    "uint64, UInt64",
    "uint32, UInt32",
    "uint16, UInt16",
    "uint8, Byte"
  })
  void everyTypeIsRead(String name, ScalarType type) {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(resource("types.pt"))) {
      Tensor matrix = source.read(name + ".matrix");
      assertThat(matrix.scalar_type().intern()).isEqualTo(type);
      assertThat(matrix.shape()).containsExactly(2, 3);
      assertThat(Tensors.toFloats(matrix)).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(source.shape(name + ".scalar")).isEmpty();
      assertThat(Tensors.toFloats(source.read(name + ".scalar"))).containsExactly(1);
      assertThat(source.read(name + ".empty").shape()).containsExactly(0, 4);
    }
  }

  @Test
  void booleansAreRead() {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(resource("types.pt"))) {
      assertThat(source.type("bool.matrix")).isEqualTo(ScalarType.Bool);
      assertThat(Tensors.toLongs(source.read("bool.matrix"))).containsExactly(0, 1, 0, 1, 0, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"views.pt", "views-legacy.pt"})
  void viewsOfSharedStoragesAreReadAsTheValuesThatTheyShow(String name) {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(resource(name))) {
      var expected = new LinkedHashMap<String, float[]>();
      var all = new float[24];
      var transposed = new float[24];
      for (int i = 0; i < 24; i++) {
        all[i] = i;
        transposed[i] = i % 4 * 6 + i / 4;
      }
      expected.put("base", all);
      expected.put("transposed", transposed);
      expected.put("row", new float[] {12, 13, 14, 15, 16, 17});
      expected.put("column", new float[] {1, 7, 13, 19});
      expected.put("inner", new float[] {8, 9, 10, 14, 15, 16});
      expected.put("every other", new float[] {0, 3, 12, 15});
      expected.put("last", new float[] {23});
      var permuted = new float[24];
      for (int i = 0; i < 24; i++) {
        permuted[i] = i % 3 * 4 + i / 6 + i / 3 % 2 * 12;
      }
      expected.put("permuted", permuted);
      expected.put("one column of many", new float[] {5, 11, 17, 23});
      expected.put("expanded", new float[] {7, 7, 7, 7, 7, 7});
      assertThat(source.names()).containsExactlyElementsOf(expected.keySet());
      expected.forEach((view, values) -> {
        Tensor tensor = source.read(view);
        assertThat(Tensors.toFloats(tensor)).as(view).isEqualTo(values);
        assertThat(tensor.is_contiguous()).as(view).isTrue();
        Tensor target = Tensors.zeros(ScalarType.Double, tensor.shape());
        source.read(view, target);
        assertThat(Tensors.toFloats(target)).as(view).isEqualTo(values);
      });
      assertThat(source.shape("transposed")).containsExactly(6, 4);
      assertThat(source.shape("permuted")).containsExactly(4, 2, 3);
    }
  }

  @Test
  void aCheckpointGivesItsModelsStateWithoutThePrefixOfParallelTraining() {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(resource("checkpoint.pt"))) {
      assertThat(source.names()).containsExactly("a", "b.c");
      assertThat(Tensors.toFloats(source.read("b.c"))).containsExactly(0, 1, 2);
      assertThat(source.metadata()).isEqualTo(Map.of("epoch", "3", "name", "a run"));
    }
  }

  @Test
  void torchScriptGivesTheTensorsOfItsModules() {
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(resource("script.pt"))) {
      assertThat(source.names())
          .containsExactlyInAnyOrder("logit_scale", "visual.size", "visual.layer.weight");
      assertThat(source.type("visual.layer.weight")).isEqualTo(ScalarType.Half);
      assertThat(Tensors.toFloats(source.read("visual.layer.weight")))
          .containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(Tensors.toFloats(source.read("logit_scale"))).containsExactly(2.5f);
      assertThat(Tensors.toLongs(source.read("visual.size"))).containsExactly(224);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.pt, posix.system",
    "numpy.pt, numpy",
    "module.pt, torch.nn.modules.linear.Linear",
    "nothing.pt, 'epoch'"
  })
  void whatIsMoreThanTensorsIsRefusedByItsName(String file, String name) {
    assertRefused(() -> TensorSource.open(resource(file)), file, name, "state_dict()");
    assertThat(Path.of("evil")).doesNotExist(); // what its pickle would have made
  }

  @ParameterizedTest
  @ValueSource(strings = {"state.pt", "state-legacy.pt", "script.pt"})
  void aFileCutAnywhereIsRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(resource(name));
    for (int length = 0; length < whole.length; length += 1 + length / 100) {
      Path file = Files.write(folder.resolve("cut.pt"), Arrays.copyOf(whole, length));
      assertRefused(() -> TensorSource.open(file), file.toString());
    }
  }

  @Test
  void bigEndianFilesAreRefused() throws IOException {
    Map<String, byte[]> entries = entries("state.pt");
    entries.put("state/byteorder", "big".getBytes(StandardCharsets.UTF_8));
    assertRefused(() -> TensorSource.open(zip(entries, true)), "little-endian");
    byte[] legacy = Files.readAllBytes(resource("state-legacy.pt"));
    String text = new String(legacy, StandardCharsets.ISO_8859_1);
    legacy[text.indexOf("little_endian") + "little_endian".length() + 2] = (byte) 0x89; // False
    Path file = Files.write(folder.resolve("big.pt"), legacy);
    assertRefused(() -> TensorSource.open(file), "little-endian");
  }

  @Test
  void anArchiveThatWasPackedAgainIsReadIfItIsNotCompressed() throws IOException {
    Map<String, byte[]> entries = entries("state.pt");
    try (var _ = new Scope()) {
      var tensors = TensorSource.readAll(zip(entries, true));
      assertThat(Tensors.toFloats(tensors.get("fc.bias"))).containsExactly(10, 11);
    }
    assertRefused(() -> TensorSource.open(zip(entries, false)), "compressed", "zip -0");
  }

  @Test
  void anArchiveWithoutAPickleOrAStorageIsRefused() throws IOException {
    Map<String, byte[]> entries = entries("state.pt");
    entries.remove("state/data/1");
    assertRefused(() -> TensorSource.open(zip(entries, true)), "state/data/1");
    entries.remove("state/data.pkl");
    assertRefused(() -> TensorSource.open(zip(entries, true)), "data.pkl");
  }

  @Test
  void aStorageThatIsTooShortIsRefusedWithTheTensor() throws IOException {
    Map<String, byte[]> entries = entries("state.pt");
    entries.put("state/data/0", new byte[20]);
    assertRefused(() -> TensorSource.open(zip(entries, true)), "'fc.weight'", "storage");
  }

  /** The form of archives over 4 GiB, by hand. */
  @Test
  void archivesWithLargeOffsetsAreRead() throws IOException {
    Map<String, byte[]> entries = entries("state.pt");
    try (var _ = new Scope()) {
      Path file = Files.write(folder.resolve("zip64.pt"), zip64(entries));
      var tensors = TensorSource.readAll(file);
      assertThat(Tensors.toFloats(tensors.get("fc.bias"))).containsExactly(10, 11);
    }
  }

  /** {@code {"a": tensor}} as the hand-written pickle {@code tensor} describes it. */
  @ParameterizedTest
  @CsvSource({
    // offset, shape, strides
    "0, 2, 1, true",
    "1, 3, 1, true",
    "2, 3, 1, false",
    "0, 3, 2, false",
    "0, 255, 0, true",
    "0, 2, 255, false",
    "255, 1, 1, false",
    "255, 0, 1, true",
  })
  void viewsMustLieWithinTheirStorage(int offset, int size, int stride, boolean isRead)
      throws IOException {
    Path file =
        zip(Map.of("a/data.pkl", view(offset, size, stride), "a/data/0", new byte[16]), true);
    if (isRead) {
      try (var _ = new Scope()) {
        assertThat(TensorSource.readAll(file).get("a").numel()).isEqualTo(size);
      }
    } else {
      assertRefused(() -> TensorSource.open(file), "'a'", "storage");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0080\u0002.", // nothing to return
        "\u0080\u0009N.", // a protocol of the future
        "\u0080\u0002}q\u0000h\u0001.", // remembers nothing
        "\u0080\u0002t.", // no mark
        "\u0080\u0002(N.", // takes what is before a mark
        "\u0080\u0002]q\u0000h\u0000a.", // a list that holds itself
        "\u0080\u0002}q\u0000h\u0000h\u0000s.", // a dictionary that is its own key
        "\u0080\u0002}X\u0005\u0000\u0000\u0000modelq\u0000}q\u0001h\u0000h\u0001ssh\u0001.",
        "\u0080\u0002(dp0\n.", // textual opcodes
        "\u0080\u0002ios\nsystem\n.", // INST
        "\u0080\u0002cos\nsystem\n(X\u0001\u0000\u0000\u0000atR.",
        "\u0080\u0002cbuiltins\neval\n.",
        "\u0080\u0002ctorch.hub\nload\n.",
        "\u0080\u0002X\u00ff\u00ff\u00ff\u007f.", // a string of 2 GiB
        "\u0080\u0004\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", // longer
        "\u0080\u0002ccollections\nOrderedDict\nN\u0085R.",
        "\u0080\u0002)\u0081.",
        "\u0080\u0002NQ.",
        "\u0080\u0002]Q.",
        "\u0080\u0002]Nb."
      })
  void strangePicklesAreRefused(String pickle) throws IOException {
    byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
    Path archive = zip(Map.of("a/data.pkl", bytes), true);
    assertRefused(() -> TensorSource.open(archive), archive.toString());
    Path plain = Files.write(folder.resolve("plain.pt"), bytes);
    assertRefused(() -> TensorSource.open(plain), plain.toString());
  }

  @Test
  void modulesThatContainThemselvesAreRefused() throws IOException {
    String module =
        "\u0080\u0002c__torch__\nM\n)\u0081q\u0000}X\u0001\u0000\u0000\u0000mh\u0000sb.";
    byte[] bytes = module.getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(() -> TensorSource.open(zip(Map.of("a/data.pkl", bytes), true)), "endlessly");
  }

  /** Modules of which each has the next one a hundred times: too many paths to follow. */
  @Test
  void modulesThatAreNestedExponentiallyAreRefused() throws IOException {
    var pickle = new StringBuilder("\u0080\u0002N0c__torch__\nM\n)\u0081q\u0000");
    for (char i = 1; i < 40; i++) {
      pickle.append("c__torch__\nM\n)\u0081q").append(i).append("}(");
      for (char name = 'A'; name < 'Z'; name++) {
        pickle.append("X\u0001\u0000\u0000\u0000").append(name).append('h').append((char) (i - 1));
      }
      pickle.append("ub");
    }
    byte[] bytes = pickle.append('.').toString().getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(() -> TensorSource.open(zip(Map.of("a/data.pkl", bytes), true)), "endlessly");
  }

  private static Path resource(String name) {
    return Path.of("src/test/resources/io/vlm4j/io/torch", name); // tests run in their module
  }

  /** A pickle of {@code {"a": view}} of a storage of four floats. */
  private static byte[] view(int offset, int size, int stride) {
    String pickle =
        "\u0080\u0002}X\u0001\u0000\u0000\u0000actorch._utils\n_rebuild_tensor_v2\n("
            + "(X\u0007\u0000\u0000\u0000storagectorch\nFloatStorage\n"
            + "X\u0001\u0000\u0000\u00000X\u0003\u0000\u0000\u0000cpuK\u0004tQ"
            + "K%cK%c\u0085K%c\u0085\u0089ccollections\nOrderedDict\n)RtRs."
                .formatted((char) offset, (char) size, (char) stride);
    return pickle.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Map<String, byte[]> entries(String name) throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    try (var zip = new ZipFile(resource(name).toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private Path zip(Map<String, byte[]> entries, boolean isStored) throws IOException {
    Path file = folder.resolve("zip.pt");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var entry : entries.entrySet()) {
        var header = new ZipEntry(entry.getKey());
        if (isStored) {
          var checksum = new CRC32();
          checksum.update(entry.getValue());
          header.setMethod(ZipEntry.STORED);
          header.setSize(entry.getValue().length);
          header.setCrc(checksum.getValue());
        }
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
    }
    return file;
  }

  /** An archive whose directory has all sizes and offsets in zip64 fields. */
  private static byte[] zip64(Map<String, byte[]> entries) {
    var content = new ByteArrayOutputStream();
    var directory = new ByteArrayOutputStream();
    entries.forEach((name, bytes) -> {
      byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
      var central = little(46 + nameBytes.length + 28);
      central.putInt(0x02014b50).putLong(0).putLong(0).putInt(-1).putInt(-1);
      central.putShort((short) nameBytes.length).putShort((short) 28).putShort((short) 0);
      central.putLong(0).putInt(-1).put(nameBytes).putShort((short) 1).putShort((short) 24);
      central.putLong(bytes.length).putLong(bytes.length).putLong(content.size());
      directory.writeBytes(central.array());
      var local = little(30 + nameBytes.length);
      local.putInt(0x04034b50).position(26);
      local.putShort((short) nameBytes.length).putShort((short) 0).put(nameBytes);
      content.writeBytes(local.array());
      content.writeBytes(bytes);
    });
    long start = content.size();
    content.writeBytes(directory.toByteArray());
    long end = content.size();
    var records = little(56 + 20 + 22);
    records.putInt(0x06064b50).putLong(44).putInt(0).putLong(0);
    records.putLong(entries.size()).putLong(entries.size());
    records.putLong(directory.size()).putLong(start);
    records.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
    records.putInt(0x06054b50).putInt(0).putInt(-1).putLong(-1).putShort((short) 0);
    content.writeBytes(records.array());
    return content.toByteArray();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
