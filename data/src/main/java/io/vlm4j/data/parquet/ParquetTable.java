package io.vlm4j.data.parquet;

import io.vlm4j.io.InputException;
import io.vlm4j.io.SegmentStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Reads a parquet file, a row group at a time, as plain values: text, {@link Long}, {@link Double},
 * {@link Boolean}, bytes, lists and maps; dates, times and decimals as text; a column of JSON as
 * what it holds. Absent values are left out of a row.
 */
public final class ParquetTable implements AutoCloseable {
  private final String name;
  private final ParquetFileReader reader;

  private ParquetTable(String name, ParquetFileReader reader) {
    this.name = name;
    this.reader = reader;
  }

  /**
   * Opens a file in memory, usually a map of one.
   *
   * @param name for messages
   * @throws InputException if it is no parquet file
   */
  @SuppressWarnings("MustBeClosedChecker") // the result closes it
  public static ParquetTable open(MemorySegment bytes, String name) {
    try {
      var options =
          ParquetReadOptions.builder(new PlainParquetConfiguration())
              .withCodecFactory(new PageCodecs())
              .build();
      return new ParquetTable(name, ParquetFileReader.open(new Memory(bytes), options));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw unreadable(name, e);
    }
  }

  private static InputException unreadable(String name, Throwable cause) {
    String reason =
        String.valueOf(
            cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    return new InputException(
        "%s: not a readable parquet file: %s"
            .formatted(name, reason.lines().findFirst().orElse("damaged")),
        cause);
  }

  /** The number of rows in each row group. */
  public List<Integer> groups() {
    return reader.getRowGroups().stream()
        .map(BlockMetaData::getRowCount)
        .map(Math::toIntExact)
        .toList();
  }

  /** The names of all columns. */
  public List<String> columns() {
    return reader.getFileMetaData().getSchema().getFields().stream().map(Type::getName).toList();
  }

  /**
   * The rows of a group.
   *
   * @throws InputException if they are damaged
   */
  public List<Map<String, @Nullable Object>> rows(int group) {
    return rows(group, Set.copyOf(columns()));
  }

  /** The rows of a group, with some of the columns only. */
  public List<Map<String, @Nullable Object>> rows(int group, Set<String> wanted) {
    MessageType all = reader.getFileMetaData().getSchema();
    var schema =
        new MessageType(
            all.getName(),
            all.getFields().stream().filter(field -> wanted.contains(field.getName())).toList());
    try {
      reader.setRequestedSchema(schema);
      PageReadStore pages = reader.readRowGroup(group);
      RecordReader<Group> records =
          new ColumnIOFactory()
              .getColumnIO(schema)
              .getRecordReader(pages, new GroupRecordConverter(schema));
      var rows = new ArrayList<Map<String, @Nullable Object>>();
      for (long i = 0; i < pages.getRowCount(); i++) {
        rows.add(ParquetValues.map(records.read()));
      }
      return rows;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw unreadable(name, e); // a damaged length may ask for any amount of memory
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException _) {
      // Only read, so nothing can be lost.
    }
  }

  private record Memory(MemorySegment bytes) implements InputFile {
    @Override
    public long getLength() {
      return bytes.byteSize();
    }

    /** How parquet's messages name the file; ours name it before. */
    @Override
    public String toString() {
      return "it";
    }

    @Override
    public SeekableInputStream newStream() {
      var stream = new SegmentStream(bytes);
      return new DelegatingSeekableInputStream(stream) {
        @Override
        public long getPos() {
          return stream.position();
        }

        @Override
        public void seek(long position) throws IOException {
          stream.seek(position);
        }
      };
    }
  }
}
