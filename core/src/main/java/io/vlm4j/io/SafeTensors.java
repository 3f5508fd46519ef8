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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
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
      List<Entry> entries = entries(file, header, channel.size() - start);
      var tensors = new LinkedHashMap<String, Tensor>();
      for (Entry entry : entries) {
        tensors.put(entry.key, tensor(file, channel, start, entry));
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
        metadata.put(entry.getKey(), entry.getValue().asString(""));
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
                write(channel, tensor.detach().cpu().contiguous());
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

  static ObjectNode header(Path file, FileChannel channel) throws IOException {
    var length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, length);
    long size = length.flip().getLong();
    if (size < 2 || size > MAX_HEADER || size > channel.size() - Long.BYTES) {
      throw new InputException(file + ": not a safetensors file, or a truncated one");
    }
    var json = ByteBuffer.allocate(Math.toIntExact(size));
    readFully(file, channel, json);
    try {
      if (Json.parse(new String(json.array(), StandardCharsets.UTF_8))
          instanceof ObjectNode object) {
        return object;
      }
    } catch (InputException e) {
      throw new InputException(file + ": the safetensors header is " + e.getMessage(), e);
    }
    throw new InputException(file + ": the safetensors header is no JSON object");
  }

  /** What the header says of one tensor. */
  record Entry(String key, ScalarType type, long[] shape, long begin, long end) {}

  /** All entries, checked: together they cover the file's data exactly, without overlaps. */
  static List<Entry> entries(Path file, ObjectNode header, long dataSize) {
    var entries = new ArrayList<Entry>();
    for (var property : header.properties()) {
      if (!property.getKey().equals("__metadata__")) {
        entries.add(entry(file, property.getKey(), property.getValue(), dataSize));
      }
    }
    long covered = 0;
    for (Entry entry :
        entries.stream()
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList()) {
      if (entry.begin != covered) {
        throw new InputException(
            "%s: '%s' should begin at byte %d of the data, not at %d"
                .formatted(file, entry.key, covered, entry.begin));
      }
      covered = entry.end;
    }
    if (covered != dataSize) {
      throw new InputException(
          "%s: the tensors end at byte %d of the data, the file at %d"
              .formatted(file, covered, dataSize));
    }
    return entries;
  }

  private static Entry entry(Path file, String key, JsonNode description, long dataSize) {
    ScalarType type = TYPES.get(description.path("dtype").asString(""));
    if (type == null) {
      throw new InputException(
          file + ": '" + key + "' has the unknown type " + description.path("dtype"));
    }
    if (!description.path("shape").isArray()) {
      throw new InputException(file + ": '" + key + "' has no shape");
    }
    var shape = new long[description.path("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = count(description.path("shape").path(i));
    }
    long begin = count(description.path("data_offsets").path(0));
    long end = count(description.path("data_offsets").path(1));
    long expected = size(type, shape);
    if (expected < 0 || begin < 0 || end > dataSize || end < begin || end - begin != expected) {
      throw new InputException(
          "%s: '%s' of shape %s %s, but its offsets are [%d, %d] of %d"
              .formatted(
                  file,
                  key,
                  Arrays.toString(shape),
                  expected < 0 ? "is impossible" : "should hold " + expected + " bytes",
                  begin,
                  end,
                  dataSize));
    }
    return new Entry(key, type, shape, begin, end);
  }

  /** The whole number in {@code node}; -1 if it is something else. */
  private static long count(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() ? node.asLong() : -1;
  }

  private static Tensor tensor(Path file, FileChannel channel, long start, Entry entry)
      throws IOException {
    Tensor tensor = Tensors.empty(entry.type, entry.shape);
    if (entry.end > entry.begin) {
      fill(file, channel.position(start + entry.begin), tensor);
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

  private static void write(FileChannel channel, Tensor tensor) throws IOException {
    if (tensor.nbytes() == 0) {
      return; // no memory to point to
    }
    var bytes = new BytePointer(tensor.data_ptr()).capacity(tensor.nbytes());
    for (long at = 0; at < tensor.nbytes(); at += CHUNK) { // a buffer holds at most 2 GiB
      long end = Math.min(tensor.nbytes(), at + CHUNK);
      writeAll(channel, bytes.position(at).limit(end).asByteBuffer());
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
    boolean isEmpty = false;
    for (long side : shape) {
      // Without its zeros, so that what libtorch computes of an empty shape fits as well.
      if (side < 0 || (side > 0 && size > Long.MAX_VALUE / side)) {
        return -1;
      }
      isEmpty |= side == 0;
      size *= Math.max(side, 1);
    }
    return isEmpty ? 0 : size;
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
