package io.vlm4j.io;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTensorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {
        "Double",
        "Float",
        "Half",
        "BFloat16",
        "Float8_e4m3fn",
        "Float8_e5m2",
        "Long",
        "Int",
        "Short",
        "Char",
        "UInt64",
        "UInt32",
        "UInt16",
        "Byte",
        "Bool"
      })
  void tensorsOfEveryTypeComeBackBitForBit(ScalarType type) {
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      tensors.put("matrix", counting(6, type).reshape(2, 3));
      tensors.put("scalar", counting(2, type).select(0, 1));
      tensors.put("empty", Tensors.empty(type, 0));
      tensors.put("empty matrix", Tensors.empty(type, 3, 0, 2));
      tensors.put("transposed", counting(6, type).reshape(2, 3).t());
      Path file = folder.resolve("t.safetensors");
      SafeTensors.write(file, tensors, Map.of());

      var read = TensorSource.readAll(file);
      assertThat(read.keySet()).containsExactlyElementsOf(tensors.keySet());
      read.forEach((name, tensor) -> {
        Tensor written = tensors.get(name);
        assertThat(tensor.scalar_type().intern()).as(name).isEqualTo(type);
        assertThat(tensor.shape()).as(name).isEqualTo(written.shape());
        assertThat(Tensors.bytes(tensor)).as(name).isEqualTo(Tensors.bytes(written.contiguous()));
      });
    }
  }

  private static Tensor counting(long count, ScalarType type) {
    return torch
        .arange(new Scalar(count), new TensorOptions(ScalarType.Float))
        .to(ScalarType.Float)
        .sub(new Scalar(type.toString().matches("Byte|UInt.*") ? 0 : 2))
        .to(type);
  }

  @Test
  void metadataAndAnyKeyComeBack() {
    try (var _ = new Scope()) {
      Path file = folder.resolve("t.safetensors");
      var metadata = Map.of("format", "pt", "note", "ä \"quoted\" \n line");
      SafeTensors.write(file, Map.of("ключ.\"0\" 🙂", Tensors.of(new float[] {1}, 1)), metadata);
      assertThat(metadata(file)).isEqualTo(metadata);
      assertThat(TensorSource.readAll(file)).containsOnlyKeys("ключ.\"0\" 🙂");
    }
  }

  @Test
  void aFileWithoutTensorsIsEmpty() {
    Path file = folder.resolve("t.safetensors");
    SafeTensors.write(file, Map.of(), Map.of());
    assertThat(TensorSource.readAll(file)).isEmpty();
    assertThat(metadata(file)).isEmpty();
  }

  @Test
  void tensorsBeginAtMultiplesOfEightBytes() throws IOException {
    try (var _ = new Scope()) {
      for (String name : List.of("a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg")) {
        Path file = folder.resolve(name);
        SafeTensors.write(file, Map.of(name, Tensors.of(new float[] {1}, 1)), Map.of());
        assertThat(headerSize(Files.readAllBytes(file)) % 8).isZero();
      }
    }
  }

  /** Against a parser that knows no more than the format's definition. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "siglip-hf-tiny/model.safetensors",
        "clip-hf-tiny/expected/forward.safetensors",
        "losses/contrastive.safetensors"
      })
  void valuesOfForeignFilesAreThoseThatTheirBytesSay(String name) throws IOException {
    Path file = Fixtures.folder(".").resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    int size = headerSize(bytes);
    String header = header(bytes);
    var entry =
        Pattern.compile("\"([^\"]+)\"\\s*:\\s*\\{[^{}]*\"data_offsets\"\\s*:\\s*\\[\\s*(\\d+)\\s*,")
            .matcher(header);
    try (var _ = new Scope()) {
      var read = TensorSource.readAll(file);
      int found = 0;
      while (entry.find()) {
        found++;
        Tensor tensor = read.get(entry.group(1));
        var data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        data.position(8 + size + Integer.parseInt(entry.group(2)));
        if (tensor.scalar_type().intern() == ScalarType.Float) {
          for (float value : Tensors.toFloats(tensor)) {
            assertThat(value).isEqualTo(data.getFloat());
          }
        } else {
          for (long value : Tensors.toLongs(tensor)) {
            assertThat(value).isEqualTo(data.getLong());
          }
        }
      }
      assertThat(found).isEqualTo(read.size());
    }
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    byte[] whole = sample();
    Path file = folder.resolve("cut.safetensors");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(() -> readAll(file), file.toString());
    }
  }

  @Test
  void aFileWithMoreThanItsTensorsIsRefused() throws IOException {
    byte[] whole = sample();
    Path file = folder.resolve("long.safetensors");
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertRefused(() -> readAll(file), file.toString());
  }

  @Test
  void flippedBitsNeverDoMoreThanRefuseTheFile() throws IOException {
    Random random = Randomness.ofTest();
    byte[] whole = sample();
    int end = 8 + headerSize(whole);
    Path file = folder.resolve("flipped.safetensors");
    for (int round = 0; round < 3000; round++) {
      byte[] flipped = whole.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        flipped[random.nextInt(end)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, flipped);
      try {
        readAll(file);
      } catch (InputException e) {
        assertThat(e.getMessage()).contains(file.toString()).hasLineCount(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, 1 << 20, 100_000_001, Long.MAX_VALUE})
  void anImpossibleHeaderLengthIsRefused(long length) throws IOException {
    byte[] bytes = sample();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = Files.write(folder.resolve("t.safetensors"), bytes);
    assertRefused(() -> readAll(file), file.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[0, 4]", // too short for its shape
        "[0, 12]", // too long
        "[8, 16]", // outside
        "[4, -4]",
        "[-8, 0]",
        "[8, 0]",
        "[0]",
        "[]",
        "7",
        "null",
        "[\"0\", \"x\"]",
        "[0.5, 8.5]",
        "[1e300, 1e300]",
        "[0, 99999999999999999999999999]"
      })
  void offsetsThatDoNotFitAreRefusedWithTheKey(String offsets) throws IOException {
    assertRefused(
        () -> readAll(file("{'k':{'dtype':'F32','shape':[2],'data_offsets':%s}}", offsets, 8)),
        "t.safetensors",
        "'k'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[-1]",
        "[-2, -1]",
        "[9223372036854775807]",
        "[4294967296, 4294967296]",
        "[0, 4611686018427387904, 4]",
        "[1.5]",
        "['two']",
        "[null]",
        "[[2]]",
        "{}",
        "2",
        "null"
      })
  void impossibleShapesAreRefusedWithTheKey(String shape) throws IOException {
    for (String offsets : List.of("[0,8]", "[1,0]", "[0,0]", "[1,-9223372036854775808]")) {
      String entry = "{'k':{'dtype':'F32','shape':%s,'data_offsets':" + offsets + "}}";
      assertRefused(() -> readAll(file(entry, shape, 8)), "t.safetensors", "'k'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"'F33'", "''", "null", "4", "['F32']", "'f32'"})
  void unknownTypesAreRefusedWithTheKey(String type) throws IOException {
    assertRefused(
        () -> readAll(file("{'k':{'dtype':%s,'shape':[2],'data_offsets':[0,8]}}", type, 8)),
        "t.safetensors",
        "'k'");
  }

  @Test
  void overlappingTensorsAreRefused() throws IOException {
    assertRefused(
        () ->
            readAll(
                file(
                    "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
                        + "'b':{'dtype':'F32','shape':[%s],'data_offsets':[4,12]}}",
                    "2", 12)),
        "t.safetensors",
        "'b'");
  }

  @Test
  void tensorsInAnotherOrderThanTheirBytesAreRead() throws IOException {
    try (var _ = new Scope()) {
      var tensors =
          TensorSource.readAll(
              file(
                  "{'a':{'dtype':'U8','shape':[2],'data_offsets':[1,3]},"
                      + "'b':{'dtype':'U8','shape':[],'data_offsets':%s}}",
                  "[0,1]", 3));
      assertThat(tensors.keySet()).containsExactly("a", "b");
      assertThat(Tensors.toLongs(tensors.get("a"))).containsExactly(1, 2);
      assertThat(Tensors.toLongs(tensors.get("b"))).containsExactly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "7", "null", "hello", "{", "{'k':1}", "{'k':[1]}", "{} {}", "  "})
  void headersThatDescribeNoTensorsAreRefused(String header) throws IOException {
    assertRefused(() -> readAll(file(header, "", 0)), "t.safetensors");
  }

  @Test
  void deeplyNestedHeadersAreRefused() throws IOException {
    assertRefused(() -> readAll(file("[".repeat(100_000), "", 0)), "t.safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "[]", "{'a':{}}", "{'a':[1]}", "{'a':null}", "{'a':3}"})
  void metadataOfOtherThanStringsIsRefused(String metadata) throws IOException {
    assertRefused(
        () -> readAll(file("{'__metadata__':%s}", metadata, 0)), "t.safetensors", "__metadata__");
  }

  @Test
  void metadataMayBeNull() throws IOException {
    Path file = file("{'__metadata__':%s}", "null", 0);
    assertThat(metadata(file)).isEmpty();
  }

  @Test
  void fieldsThatNobodyKnowsArePassedOver() throws IOException {
    try (var _ = new Scope()) {
      Path file =
          file(
              "{'k':{'x':%s,'dtype':'U8','y':[[1]],'shape':[2],'data_offsets':[0,2]}}",
              "{'a':[{}]}", 2);
      assertThat(Tensors.toLongs(TensorSource.readAll(file).get("k"))).containsExactly(0, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'k':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}",
        "'j':{'dtype':'U8','dtype':'I8','shape':[0],'data_offsets':[0,0]}",
        "'__metadata__':{'a':'b','a':'c'}"
      })
  void aKeyThatComesTwiceIsRefused(String second) throws IOException {
    String first = "{'k':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},%s}";
    assertRefused(() -> readAll(file(first, second, 0)), "t.safetensors", "uplicate");
  }

  @ParameterizedTest
  @ValueSource(strings = {" {}", "\n{}", "\ufeff{}", "{}\0", "{}{}"})
  void anythingBesideOneObjectIsRefused(String header) throws IOException {
    assertRefused(() -> readAll(file(header, "", 0)), "t.safetensors");
  }

  @Test
  void headersThatAreNoUtf8AreRefused() throws IOException {
    byte[] bytes = sample();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("\"a\"") + 1] = (byte) 0xff;
    Path file = Files.write(folder.resolve("t.safetensors"), bytes);
    assertRefused(() -> readAll(file), file.toString());
  }

  @Test
  void keysAreShownOnOneShortLine() throws IOException {
    String key = "a\\nb\\u2028" + "x".repeat(10_000);
    Path file = file("{'" + key + "':%s}", "7", 0);
    assertThatThrownBy(() -> readAll(file))
        .isInstanceOf(InputException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).hasSizeLessThan(500));
  }

  @Test
  void tensorsAreAlignedToTheirTypesWhateverTheirOrder() throws IOException {
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (ScalarType type :
          List.of(ScalarType.Byte, ScalarType.Double, ScalarType.Half, ScalarType.Float)) {
        tensors.put(type.toString(), counting(3, type));
      }
      Path file = folder.resolve("t.safetensors");
      SafeTensors.write(file, tensors, Map.of());
      assertThat(TensorSource.readAll(file).keySet()).containsExactlyElementsOf(tensors.keySet());
      var header = Json.parse(header(Files.readAllBytes(file)));
      for (var entry : tensors.entrySet()) {
        long begin = header.path(entry.getKey()).path("data_offsets").path(0).asLong();
        assertThat(begin % (entry.getValue().nbytes() / 3)).as(entry.getKey()).isZero();
      }
    }
  }

  @Test
  void aTensorMayNotBeCalledLikeTheMetadata() {
    try (var _ = new Scope()) {
      var tensors = Map.of("__metadata__", Tensors.of(new float[] {1}, 1));
      Path file = folder.resolve("t.safetensors");
      assertRefused(() -> SafeTensors.write(file, tensors, Map.of()), "__metadata__");
    }
  }

  @Test
  void aMissingFileIsRefused() {
    Path file = folder.resolve("none.safetensors");
    assertRefused(() -> TensorSource.readAll(file), file.toString(), "no such file");
    assertRefused(() -> metadata(file), file.toString());
  }

  @Test
  void aFolderThatCannotBeWrittenLeavesNothingBehind() throws IOException {
    Path notAFolder = Files.writeString(folder.resolve("file"), "x");
    Path target = notAFolder.resolve("t.safetensors");
    try (var _ = new Scope()) {
      var tensors = Map.of("a", Tensors.of(new float[] {1}, 1));
      assertRefused(() -> SafeTensors.write(target, tensors, Map.of()), target.toString());
    }
    assertThat(folder).isDirectoryContaining(notAFolder::equals);
    assertThat(content(folder)).containsExactly(notAFolder);
  }

  @Test
  void anExistingFileSurvivesAWriteThatFails() throws IOException {
    Path file = folder.resolve("t.safetensors");
    try (var _ = new Scope()) {
      SafeTensors.write(file, Map.of("a", Tensors.of(new float[] {1}, 1)), Map.of());
      byte[] before = Files.readAllBytes(file);
      var complex = Map.of("k", Tensors.empty(ScalarType.ComplexFloat, 2));
      assertRefused(() -> SafeTensors.write(file, complex, Map.of()), "ComplexFloat");
      assertThat(file).hasBinaryContent(before);
      assertThat(content(folder)).containsExactly(file);
    }
  }

  private static List<Path> content(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static void readAll(Path file) {
    try (var _ = new Scope()) {
      TensorSource.readAll(file);
    }
  }

  private static Map<String, String> metadata(Path file) {
    try (TensorSource source = TensorSource.open(file)) {
      return source.metadata();
    }
  }

  /** A file with two tensors of 5 and 2 values and metadata. */
  private byte[] sample() throws IOException {
    Path file = folder.resolve("sample.safetensors");
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      tensors.put("a", Tensors.of(new float[] {1, 2, 3, 4, 5}, 5));
      tensors.put("b", Tensors.of(new long[] {6, 7}, 1, 2));
      SafeTensors.write(file, tensors, Map.of("format", "pt"));
    }
    return Files.readAllBytes(file);
  }

  private static int headerSize(byte[] file) {
    return Math.toIntExact(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
  }

  private static String header(byte[] file) {
    return new String(file, 8, headerSize(file), StandardCharsets.UTF_8);
  }

  /** A file with that header, in which ' stands for " and {@code %s} for {@code value}. */
  private Path file(String header, String value, int dataSize) throws IOException {
    byte[] json = header.replace("%s", value).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length + dataSize).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    for (int i = 0; i < dataSize; i++) {
      bytes.put((byte) i);
    }
    return Files.write(folder.resolve("t.safetensors"), bytes.array());
  }
}
