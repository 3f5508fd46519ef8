package io.vlm4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files of every kind: each is read or refused in one line, and costs no more memory than a
 * small multiple of its size.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES) // ends a hang, measures nothing
class HostileFilesTest {
  /** What reading one of these small files may allocate at most, in bytes. */
  private static final long HEAP = 16 << 20;

  /** What a tensor may take at most: what a repeated value may, and a little. */
  private static final long TENSOR = 65 << 20;

  private static final byte[][] WORDS = {
    {0},
    {(byte) 0xff},
    {0x7f},
    {(byte) 0x80},
    {-1, -1, -1, -1},
    {-1, -1, -1, 0x7f},
    {0, 0, 0, 0},
    {-1, -1, -1, -1, -1, -1, -1, 0x7f},
    "\"".getBytes(StandardCharsets.UTF_8),
    {'['},
    {'{'},
    {'}'},
    {','},
    {'9'},
    {'.'},
    {'('},
    {'t'},
    {'R'},
    {'b'},
    {'h', 0},
    {'h', 1},
    {'q', 0},
    {')'},
    {']'}
  };

  @TempDir Path folder;

  @Test
  void damagedSafetensorsAreReadOrRefused() throws IOException {
    Random random = Randomness.ofTest();
    byte[] whole = safetensors();
    int header = whole[0] & 0xff | (whole[1] & 0xff) << 8;
    Path file = folder.resolve("damaged.safetensors");
    for (int round = 0; round < 4000; round++) {
      readOrRefuse(file, mutated(random, whole, 8 + header));
    }
  }

  @Test
  void damagedPyTorchFilesAreReadOrRefused() throws IOException {
    Random random = Randomness.ofTest();
    Path resources = Path.of("src/test/resources/io/vlm4j/io/torch"); // tests run in their module
    List<byte[]> seeds =
        List.of(
            Files.readAllBytes(resources.resolve("state.pt")),
            Files.readAllBytes(resources.resolve("views.pt")),
            Files.readAllBytes(resources.resolve("views-legacy.pt")),
            Files.readAllBytes(resources.resolve("state-legacy.pt")),
            Files.readAllBytes(resources.resolve("state-protocol4.pt")),
            Files.readAllBytes(resources.resolve("script.pt")),
            Files.readAllBytes(resources.resolve("checkpoint.pt")));
    Path file = folder.resolve("damaged.pt");
    for (int round = 0; round < 3000; round++) {
      byte[] seed = seeds.get(round % seeds.size());
      readOrRefuse(file, mutated(random, seed, seed.length));
    }
  }

  @Test
  void damagedIndexesAreReadOrRefused() throws IOException {
    Random random = Randomness.ofTest();
    Files.write(folder.resolve("m-00001-of-00002.safetensors"), safetensors());
    Files.write(folder.resolve("m-00002-of-00002.safetensors"), safetensors());
    byte[] index =
        """
        {"metadata": {"total_size": 1},
         "weight_map": {"a": "m-00001-of-00002.safetensors", "b": "m-00002-of-00002.safetensors"}}
        """
            .getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("damaged.safetensors.index.json");
    for (int round = 0; round < 1000; round++) {
      readOrRefuse(file, mutated(random, index, index.length));
    }
  }

  @Test
  void damagedConfigurationsAreReadOrRefused() throws IOException {
    Random random = Randomness.ofTest();
    byte[] config =
        "{\"architectures\": [\"CLIPModel\"], \"projection_dim\": 512, \"eps\": 1e-05, \"x\": null}"
            .getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("config.json");
    for (int round = 0; round < 1000; round++) {
      Files.write(file, mutated(random, config, config.length));
      try {
        assertThat(Json.readObject(file)).isNotNull();
      } catch (InputException e) {
        assertThat(e.getMessage()).contains(file.toString()).hasLineCount(1);
      }
    }
  }

  /** Nothing but openings: as deep as a file can be. */
  @Test
  void endlesslyNestedJsonIsRefused() throws IOException {
    for (String opening : List.of("[", "{\"a\":", "[{\"a\":")) {
      byte[] bytes = opening.repeat(100_000).getBytes(StandardCharsets.UTF_8);
      readOrRefuse(folder.resolve("deep.safetensors.index.json"), bytes);
    }
  }

  private void readOrRefuse(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    long before = allocated();
    try (TensorSource source = TensorSource.open(file)) {
      for (String name : source.names()) {
        try (var _ = new Scope()) {
          assertThat(source.read(name).nbytes()).isLessThan(TENSOR);
        }
      }
    } catch (InputException e) {
      assertThat(e.getMessage()).contains(folder.toString()).hasLineCount(1).hasSizeLessThan(2000);
    }
    assertThat(allocated() - before).as("allocated bytes").isLessThan(HEAP);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  /** A copy with a few changes among its first {@code end} bytes, or other lengths. */
  private static byte[] mutated(Random random, byte[] original, int end) {
    byte[] bytes = original.clone();
    for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
      int at = random.nextInt(Math.min(end, bytes.length));
      byte[] word = WORDS[random.nextInt(WORDS.length)];
      int other = random.nextInt(Math.min(end, bytes.length));
      int length = random.nextInt(16);
      bytes =
          switch (random.nextInt(8)) {
            case 0, 1 -> {
              bytes[at] ^= (byte) (1 << random.nextInt(8));
              yield bytes;
            }
            case 2 -> replaced(bytes, at, word.length, word);
            case 3 -> replaced(bytes, at, 0, word);
            case 4 -> replaced(bytes, at, length, new byte[0]);
            case 5 -> replaced(bytes, at, length, copied(bytes, other, length));
            case 6 -> replaced(bytes, at, 0, copied(bytes, other, 2 * length));
            default -> {
              bytes[at] = (byte) random.nextInt();
              yield bytes;
            }
          };
    }
    return random.nextInt(20) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 8)) : bytes;
  }

  private static byte[] copied(byte[] bytes, int from, int length) {
    return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + length));
  }

  private static byte[] replaced(byte[] bytes, int at, int length, byte[] by) {
    int end = Math.min(bytes.length, at + length);
    var result = Arrays.copyOf(bytes, at + by.length + bytes.length - end);
    System.arraycopy(by, 0, result, at, by.length);
    System.arraycopy(bytes, end, result, at + by.length, bytes.length - end);
    return result.length == 0 ? new byte[] {0} : result;
  }

  private byte[] safetensors() throws IOException {
    Path file = folder.resolve("sample.safetensors");
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      tensors.put("a", Tensors.of(new float[] {1, 2, 3, 4, 5}, 5));
      tensors.put("b", Tensors.zeros(ScalarType.BFloat16, 2, 0, 3));
      tensors.put("c.weight", Tensors.of(new long[] {6, 7}, 1, 2));
      tensors.put("d", Tensors.zeros(ScalarType.Bool));
      SafeTensors.write(file, tensors, Map.of("format", "pt"));
    }
    return Files.readAllBytes(file);
  }
}
