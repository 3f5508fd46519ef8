package io.vlm4j.data.embedding;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.GZIPOutputStream;

/**
 * A table of texts as a Parquet file. Written are required columns of plain strings in one row
 * group, compressed by gzip: the part of the <a href="https://parquet.apache.org/docs/">format</a>
 * that a few columns of texts need, without the libraries that all of it needs. Read is what others
 * write as well, unless it is compressed by something that Java has not.
 */
final class TextTable {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int PAGE = 1 << 20; // bytes before compression

  // The format's enumerations: parquet.thrift
  private static final int BYTE_ARRAY = 6;
  private static final int REQUIRED = 0;
  private static final int UTF8 = 0;
  private static final int PLAIN = 0;
  private static final int RLE = 3;
  private static final int GZIP = 2;
  private static final int DATA_PAGE = 0;

  private TextTable() {}

  /** A column in the file: where it begins, and its bytes with page headers. */
  private record Chunk(String name, long offset, long plainBytes, long bytes) {}

  /** Writes columns of one length atomically. */
  static void write(Path file, SequencedMap<String, List<String>> columns) {
    int rows = columns.firstEntry().getValue().size();
    AtomicFiles.writeFile(
        file,
        path -> {
          try (OutputStream out = Files.newOutputStream(path)) {
            out.write(MAGIC);
            long at = MAGIC.length;
            var chunks = new ArrayList<Chunk>();
            for (var column : columns.entrySet()) {
              if (column.getValue().size() != rows) {
                throw new IllegalArgumentException("columns of different lengths");
              }
              Chunk chunk = writeColumn(out, column.getKey(), at, column.getValue());
              chunks.add(chunk);
              at += chunk.bytes();
            }
            byte[] footer = footer(chunks, rows);
            out.write(footer);
            out.write(
                ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(footer.length)
                    .array());
            out.write(MAGIC);
          }
        });
  }

  private static Chunk writeColumn(OutputStream out, String name, long at, List<String> values)
      throws IOException {
    long plainBytes = 0;
    long bytes = 0;
    var page = new ByteArrayOutputStream();
    int count = 0;
    for (int i = 0; i < values.size(); i++) {
      byte[] text = values.get(i).getBytes(StandardCharsets.UTF_8);
      page.writeBytes(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).array());
      page.writeBytes(text);
      count++;
      if (page.size() >= PAGE || i == values.size() - 1) {
        byte[] packed = pack(page.toByteArray());
        byte[] header = pageHeader(count, page.size(), packed.length);
        out.write(header);
        out.write(packed);
        plainBytes += header.length + page.size();
        bytes += header.length + packed.length;
        page.reset();
        count = 0;
      }
    }
    return new Chunk(name, at, plainBytes, bytes);
  }

  private static byte[] pack(byte[] plain) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    }
    return packed.toByteArray();
  }

  private static byte[] pageHeader(int count, int plainBytes, int bytes) {
    return new ThriftCompact()
        .i32(1, DATA_PAGE)
        .i32(2, plainBytes)
        .i32(3, bytes)
        .struct(5) // data_page_header
        .i32(1, count)
        .i32(2, PLAIN)
        .i32(3, RLE)
        .i32(4, RLE)
        .end()
        .end()
        .toBytes();
  }

  private static byte[] footer(List<Chunk> chunks, int rows) {
    var footer = new ThriftCompact().i32(1, 1).structs(2, chunks.size() + 1);
    footer.element().string(4, "schema").i32(5, chunks.size()).end();
    for (Chunk chunk : chunks) {
      footer.element().i32(1, BYTE_ARRAY).i32(3, REQUIRED).string(4, chunk.name()).i32(6, UTF8);
      footer.struct(10).struct(1).end().end().end(); // logicalType: a string
    }
    footer.i64(3, rows).structs(4, rows == 0 ? 0 : 1);
    if (rows > 0) {
      rowGroup(footer, chunks, rows);
    }
    return footer.string(6, "vlm4j").end().toBytes();
  }

  private static void rowGroup(ThriftCompact footer, List<Chunk> chunks, int rows) {
    footer.element().structs(1, chunks.size());
    for (Chunk chunk : chunks) {
      footer
          .element()
          .i64(2, chunk.offset())
          .struct(3) // meta_data
          .i32(1, BYTE_ARRAY)
          .enums(2, PLAIN)
          .strings(3, chunk.name())
          .i32(4, GZIP)
          .i64(5, rows)
          .i64(6, chunk.plainBytes())
          .i64(7, chunk.bytes())
          .i64(9, chunk.offset())
          .end()
          .end();
    }
    footer.i64(2, chunks.stream().mapToLong(Chunk::plainBytes).sum()).i64(3, rows).end();
  }

  /**
   * The columns of a file that have the asked names; absent values are empty texts.
   *
   * @throws InputException if it is no Parquet file, or compressed in a way that is not supported
   */
  static SequencedMap<String, List<String>> read(Path file, List<String> names) {
    var columns = new LinkedHashMap<String, List<String>>();
    try (var reader = ParquetFileReader.open(InputFile.of(file))) {
      for (String name : names) {
        if (hasColumn(reader, name)) {
          columns.put(name, new ArrayList<>());
        }
      }
      try (var rows = reader.rowReader()) {
        while (rows.hasNext()) {
          rows.next();
          for (Map.Entry<String, List<String>> column : columns.entrySet()) {
            String name = column.getKey();
            column.getValue().add(rows.isNull(name) ? "" : rows.getString(name));
          }
        }
      }
      return columns;
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    } catch (RuntimeException e) {
      throw new InputException(
          file
              + ": not a readable Parquet file: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  private static boolean hasColumn(ParquetFileReader reader, String name) {
    var schema = reader.getFileSchema();
    for (int i = 0; i < schema.getColumnCount(); i++) {
      if (schema.getColumn(i).name().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
