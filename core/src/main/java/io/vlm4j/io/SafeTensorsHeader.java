package io.vlm4j.io;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * What the header of a safetensors file says, read as strictly as the reference implementation does
 * and token by token, so that a hostile one costs no more memory than its size.
 */
final class SafeTensorsHeader {
  /** The reference implementation's limit, in bytes. */
  static final long MAX_SIZE = 100_000_000;

  static final String METADATA = "__metadata__";

  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final Path file;
  private final MemorySegment data;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafeTensorsHeader(Path file, MemorySegment data) {
    this.file = file;
    this.data = data;
  }

  /** What the header says of one tensor. */
  private record Entry(String key, Dtype dtype, long[] shape, long begin, long end) {
    private Entry checked(Path file, long dataSize) {
      long expected = dtype.bytes(shape);
      if (expected < 0 || begin < 0 || end > dataSize || end < begin || end - begin != expected) {
        throw new InputException(
            "%s: %s of shape %s %s, but its offsets are [%d, %d] of %d"
                .formatted(
                    file,
                    Json.quote(key),
                    Arrays.toString(shape),
                    expected < 0 ? "is impossible" : "should hold " + expected + " bytes",
                    begin,
                    end,
                    dataSize));
      }
      return this;
    }
  }

  /** Whether this may be the beginning of a safetensors file. */
  static boolean begins(MemorySegment bytes) {
    return bytes.byteSize() > Long.BYTES
        && bytes.get(ValueLayout.JAVA_BYTE, Long.BYTES) == '{'
        && isLength(bytes.get(LENGTH, 0), bytes.byteSize());
  }

  private static boolean isLength(long length, long fileSize) {
    return length >= 2 && length <= MAX_SIZE && length <= fileSize - Long.BYTES;
  }

  /**
   * The content of a mapped file.
   *
   * @throws InputException if the tensors do not cover the file's data exactly, without overlaps,
   *     or the header is wrong otherwise
   */
  static TensorFile.Content read(Path file, MemorySegment bytes) {
    if (!begins(bytes)) {
      throw new InputException(file + ": not a safetensors file, or a truncated one");
    }
    long length = bytes.get(LENGTH, 0);
    byte[] json = bytes.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    var header = new SafeTensorsHeader(file, bytes.asSlice(Long.BYTES + length));
    header.parse(json);
    header.requireCovered();
    var tensors = new LinkedHashMap<String, StoredTensor>();
    for (Entry entry : header.entries.values()) {
      MemorySegment values = header.data.asSlice(entry.begin, entry.end - entry.begin);
      tensors.put(entry.key, new StoredTensor(entry.dtype, entry.shape, values, null));
    }
    return new TensorFile.Content(tensors, header.metadata);
  }

  private void parse(byte[] bytes) {
    var text =
        new InputStreamReader(
            new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder()); // strict
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      json.nextToken(); // the file's first character says that it is an object
      for (String key = json.nextName(); key != null; key = json.nextName()) {
        json.nextToken();
        if (key.equals(METADATA)) {
          readMetadata(json);
        } else {
          entries.put(key, entry(key, json));
        }
      }
      if (json.nextToken() != null) {
        throw new InputException(file + ": the safetensors header goes on after its object");
      }
    } catch (JacksonException e) {
      throw new InputException(
          file + ": the safetensors header is not valid JSON: " + Json.describe(e), e);
    }
  }

  private void readMetadata(JsonParser json) {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    requireToken(json, JsonToken.START_OBJECT, METADATA);
    for (String key = json.nextName(); key != null; key = json.nextName()) {
      json.nextToken();
      requireToken(json, JsonToken.VALUE_STRING, METADATA);
      metadata.put(key, json.getString());
    }
  }

  private void requireToken(JsonParser json, JsonToken expected, String key) {
    if (json.currentToken() != expected) {
      throw new InputException(
          "%s: %s should be an object of strings".formatted(file, Json.quote(key)));
    }
  }

  private Entry entry(String key, JsonParser json) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new InputException(file + ": " + Json.quote(key) + " is no description of a tensor");
    }
    String type = "";
    long[] shape = null;
    long[] offsets = null;
    for (String field = json.nextName(); field != null; field = json.nextName()) {
      JsonToken token = json.nextToken();
      switch (field) {
        case "dtype" -> type = token.isStructStart() ? "" : json.getString();
        case "shape" -> shape = numbers(json, key, field, StoredTensor.MAX_DIMENSIONS);
        case "data_offsets" -> offsets = numbers(json, key, field, 2);
        default -> {}
      }
      json.skipChildren(); // of a field that nobody knows
    }
    Dtype dtype = Dtype.named(type);
    if (dtype == null) {
      throw new InputException(
          "%s: %s has the unknown type %s".formatted(file, Json.quote(key), Json.quote(type)));
    }
    if (shape == null || offsets == null || offsets.length != 2) {
      throw new InputException(
          "%s: %s has no %s".formatted(file, Json.quote(key), shape == null ? "shape" : "offsets"));
    }
    return new Entry(key, dtype, shape, offsets[0], offsets[1]).checked(file, data.byteSize());
  }

  /** An array of at most {@code most} whole numbers; -1 for what is out of a long's range. */
  private long[] numbers(JsonParser json, String key, String field, int most) {
    var numbers = new long[most];
    int count = 0;
    boolean isArray = json.currentToken() == JsonToken.START_ARRAY;
    while (isArray && json.nextToken() != JsonToken.END_ARRAY) {
      if (count == most || json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        isArray = false;
      } else {
        boolean isLong = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        numbers[count++] = isLong ? json.getLongValue() : -1;
      }
    }
    if (!isArray) {
      throw new InputException(
          "%s: %s of %s should be at most %d whole numbers"
              .formatted(file, field, Json.quote(key), most));
    }
    return Arrays.copyOf(numbers, count);
  }

  /** Together, the tensors must cover the file's data exactly. */
  private void requireCovered() {
    long covered = 0;
    for (Entry entry :
        entries.values().stream()
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList()) {
      if (entry.begin != covered) {
        throw new InputException(
            "%s: %s should begin at byte %d of the data, not at %d"
                .formatted(file, Json.quote(entry.key), covered, entry.begin));
      }
      covered = entry.end;
    }
    if (covered != data.byteSize()) {
      throw new InputException(
          "%s: the tensors end at byte %d of the data, the file at %d"
              .formatted(file, covered, data.byteSize()));
    }
  }
}
