package io.vlm4j.io;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The safetensors format: an 8-byte header length, a JSON header, and the tensors' bytes.
 *
 * <p>Reading copies each tensor from the file into native memory, so that the file may go away. A
 * damaged file is refused with the offending key.
 */
public final class SafeTensors {
  private static final long MAX_HEADER = 100_000_000; // the reference implementation's limit
  private static final int CHUNK = 1 << 26;
  private static final Map<String, ScalarType> TYPES =
      Map.ofEntries(
          Map.entry("F64", ScalarType.Double),
          Map.entry("F32", ScalarType.Float),
          Map.entry("F16", ScalarType.Half),
          Map.entry("BF16", ScalarType.BFloat16),
          Map.entry("I64", ScalarType.Long),
          Map.entry("I32", ScalarType.Int),
          Map.entry("I16", ScalarType.Short),
          Map.entry("I8", ScalarType.Char),
          Map.entry("U8", ScalarType.Byte),
          Map.entry("BOOL", ScalarType.Bool));

  private SafeTensors() {}

  /**
   * The tensors of a file by name, in the file's order; the innermost scope owns them.
   *
   * @throws InputException if the file cannot be read or is damaged
   */
  public static SequencedMap<String, Tensor> read(Path file) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ObjectNode header = header(file, channel);
      long start = channel.position();
      var tensors = new LinkedHashMap<String, Tensor>();
      for (var entry : header.properties()) {
        if (!entry.getKey().equals("__metadata__")) {
          tensors.put(
              entry.getKey(), tensor(file, channel, start, entry.getKey(), entry.getValue()));
        }
      }
      return tensors;
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  /** The free-form strings that a file carries about itself. */
  public static Map<String, String> metadata(Path file) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var metadata = new LinkedHashMap<String, String>();
      for (var entry : header(file, channel).path("__metadata__").properties()) {
        metadata.put(entry.getKey(), entry.getValue().asString());
      }
      return metadata;
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  /** Writes tensors in the map's order, atomically. */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    AtomicFiles.writeFile(
        file,
        path -> {
          try (var channel =
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeAll(channel, ByteBuffer.wrap(headerBytes(tensors, metadata)));
            for (Tensor tensor : tensors.values()) {
              try (var _ = new Scope()) {
                writeAll(channel, Tensors.bytes(tensor.detach().cpu().contiguous()));
              }
            }
            channel.force(true);
          }
        });
  }

  private static byte[] headerBytes(Map<String, Tensor> tensors, Map<String, String> metadata) {
    ObjectNode header = Json.object();
    if (!metadata.isEmpty()) {
      header.set("__metadata__", Json.toTree(metadata));
    }
    long offset = 0;
    for (var entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      ObjectNode description = header.putObject(entry.getKey());
      description.put("dtype", typeName(tensor.scalar_type()));
      var shape = description.putArray("shape");
      Arrays.stream(tensor.shape()).forEach(shape::add);
      description.putArray("data_offsets").add(offset).add(offset + tensor.nbytes());
      offset += tensor.nbytes();
    }
    byte[] json = Json.toLine(header).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8; // tensors begin at a multiple of 8 bytes
    var bytes = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(json);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.array();
  }

  private static ObjectNode header(Path file, FileChannel channel) throws IOException {
    var length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, length);
    long size = length.flip().getLong();
    if (size < 2 || size > MAX_HEADER || size > channel.size() - Long.BYTES) {
      throw new InputException(file + ": not a safetensors file, or a truncated one");
    }
    var json = ByteBuffer.allocate(Math.toIntExact(size));
    readFully(file, channel, json);
    if (Json.parse(new String(json.array(), StandardCharsets.UTF_8)) instanceof ObjectNode object) {
      return object;
    }
    throw new InputException(file + ": the safetensors header is no JSON object");
  }

  private static Tensor tensor(
      Path file, FileChannel channel, long start, String key, JsonNode description)
      throws IOException {
    ScalarType type = TYPES.get(description.path("dtype").asString(""));
    if (type == null) {
      throw new InputException(
          file + ": '" + key + "' has the unknown type " + description.path("dtype"));
    }
    var shape = new long[description.path("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = description.path("shape").path(i).asLong(-1);
    }
    long begin = description.path("data_offsets").path(0).asLong(-1);
    long end = description.path("data_offsets").path(1).asLong(-1);
    long expected = size(type, shape);
    if (begin < 0 || end - begin != expected || end > channel.size() - start) {
      throw new InputException(
          "%s: '%s' should hold %d bytes for shape %s, but its offsets are [%d, %d] of %d"
              .formatted(
                  file, key, expected, Arrays.toString(shape), begin, end, channel.size() - start));
    }
    Tensor tensor = Tensors.empty(type, shape);
    if (expected > 0) {
      fill(file, channel.position(start + begin), tensor);
    }
    return tensor;
  }

  private static void fill(Path file, FileChannel channel, Tensor tensor) throws IOException {
    try (var _ = new Scope()) {
      var bytes = new BytePointer(tensor.data_ptr()).capacity(tensor.nbytes());
      for (long at = 0; at < tensor.nbytes(); at += CHUNK) {
        long end = Math.min(tensor.nbytes(), at + CHUNK);
        readFully(file, channel, bytes.position(at).limit(end).asByteBuffer());
      }
    }
  }

  private static long size(ScalarType type, long[] shape) {
    long size =
        switch (type) {
          case Double, Long -> 8;
          case Float, Int -> 4;
          case Half, BFloat16, Short -> 2;
          default -> 1;
        };
    for (long side : shape) {
      if (side < 0 || (side > 0 && size > Long.MAX_VALUE / side)) {
        return -1;
      }
      size *= side;
    }
    return size;
  }

  private static String typeName(ScalarType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type.intern())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new InputException("safetensors has no type for " + type));
  }

  private static void readFully(Path file, FileChannel channel, ByteBuffer buffer)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new InputException(file + ": not a safetensors file, or a truncated one");
      }
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
