package io.vlm4j.data.parquet;

import io.vlm4j.data.Picture;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Rows of plain values as a parquet file. A column's type is that of its values: text, whole number
 * (64 bits), number (double), truth, {@link Image}, list of images; where they differ, or are maps
 * and lists, the column is of JSON.
 *
 * <p>A row may lack columns; an absent value and null are both null in the file.
 */
public final class ParquetRows {
  /** A picture as Hugging Face data sets store it: a struct of {@code bytes} and {@code path}. */
  public record Image(byte[] bytes, String path) {
    /** The bytes of a picture and its name. */
    public static Image of(Picture picture) {
      return new Image(picture.bytes(), picture.name());
    }
  }

  /** A value that is stored as JSON whatever it is. */
  public record JsonText(Object value) {}

  private enum Kind {
    TEXT,
    LONG,
    DOUBLE,
    BOOLEAN,
    IMAGE,
    IMAGES,
    JSON;

    static Kind of(Object value) {
      return switch (value) {
        case String _ -> TEXT;
        case Long _, Integer _ -> LONG;
        case Double _, Float _ -> DOUBLE;
        case Boolean _ -> BOOLEAN;
        case Image _ -> IMAGE;
        case List<?> list when !list.isEmpty() && list.getFirst() instanceof Image -> IMAGES;
        default -> JSON;
      };
    }
  }

  private ParquetRows() {}

  /** Writes a file. */
  public static void write(OutputStream stream, List<Map<String, @Nullable Object>> rows)
      throws IOException {
    write(stream, Set.of(), rows);
  }

  /**
   * Writes a file.
   *
   * @param texts columns of texts, which are there even if no row has them
   */
  public static void write(
      OutputStream stream, Set<String> texts, List<Map<String, @Nullable Object>> rows)
      throws IOException {
    Map<String, Kind> kinds = kinds(texts, rows);
    MessageType schema = schema(kinds);
    try (var writer =
        ExampleParquetWriter.builder(new Target(stream))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withCodecFactory(new PageCodecs())
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      for (Map<String, @Nullable Object> row : rows) {
        var group = new SimpleGroup(schema);
        row.forEach((name, value) -> {
          if (value != null) {
            add(group, name, kinds.getOrDefault(name, Kind.JSON), value);
          }
        });
        writer.write(group);
      }
    }
  }

  private static Map<String, Kind> kinds(
      Set<String> texts, List<Map<String, @Nullable Object>> rows) {
    var kinds = new LinkedHashMap<String, Kind>();
    texts.forEach(name -> kinds.put(name, Kind.TEXT));
    var empty = new LinkedHashMap<String, Kind>();
    for (Map<String, @Nullable Object> row : rows) {
      row.forEach((name, value) -> {
        if (value == null) {
          empty.put(name, Kind.TEXT);
        } else {
          kinds.merge(name, Kind.of(value), (a, b) -> a == b ? a : Kind.JSON);
        }
      });
    }
    empty.forEach(kinds::putIfAbsent);
    if (kinds.isEmpty()) {
      kinds.put("key", Kind.TEXT); // the format has no table without columns
    }
    return kinds;
  }

  private static MessageType schema(Map<String, Kind> kinds) {
    var message = Types.buildMessage();
    kinds.forEach((name, kind) -> message.addField(field(name, kind)));
    return message.named("samples");
  }

  private static Type field(String name, Kind kind) {
    return switch (kind) {
      case TEXT -> text(name);
      case LONG -> Types.optional(PrimitiveTypeName.INT64).named(name);
      case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE).named(name);
      case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
      case JSON ->
          Types.optional(PrimitiveTypeName.BINARY).as(LogicalTypeAnnotation.jsonType()).named(name);
      case IMAGE -> image(name);
      case IMAGES -> Types.optionalList().element(image("element")).named(name);
    };
  }

  private static Type text(String name) {
    return Types.optional(PrimitiveTypeName.BINARY)
        .as(LogicalTypeAnnotation.stringType())
        .named(name);
  }

  private static Type image(String name) {
    return Types.optionalGroup()
        .addField(Types.optional(PrimitiveTypeName.BINARY).named("bytes"))
        .addField(text("path"))
        .named(name);
  }

  private static void add(Group group, String name, Kind kind, Object value) {
    switch (kind) {
      case TEXT -> group.add(name, (String) value);
      case LONG -> group.add(name, ((Number) value).longValue());
      case DOUBLE -> group.add(name, ((Number) value).doubleValue());
      case BOOLEAN -> group.add(name, (boolean) value);
      case JSON ->
          group.add(name, Json.toLine(value instanceof JsonText(Object json) ? json : value));
      case IMAGE -> add(group.addGroup(name), (Image) value);
      case IMAGES -> {
        Group list = group.addGroup(name);
        for (Object image : (List<?>) value) {
          add(list.addGroup("list").addGroup("element"), (Image) image);
        }
      }
    }
  }

  private static void add(Group group, Image image) {
    group.add("bytes", Binary.fromConstantByteArray(image.bytes()));
    group.add("path", image.path());
  }

  /** A stream as parquet wants it: one that knows where it is. */
  private record Target(OutputStream stream) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSize) {
      return new PositionOutputStream() {
        private long position;

        @Override
        public long getPos() {
          return position;
        }

        @Override
        public void write(int b) throws IOException {
          stream.write(b);
          position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          stream.write(bytes, offset, length);
          position += length;
        }

        @Override
        public void flush() throws IOException {
          stream.flush();
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
      return create(blockSize);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }
}
