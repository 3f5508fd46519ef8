package io.vlm4j.data.source;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import dev.hardwood.schema.FileSchema;
import dev.hardwood.schema.SchemaNode;
import io.vlm4j.data.JsonValues;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Shard;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A parquet file: DataComp's and img2dataset's metadata, a Hugging Face data set with the bytes of
 * its pictures, or our own sink's. Every row group is a shard, and is held in memory while it is in
 * use.
 *
 * <p>A column of {@code bytes} and {@code path} is a picture, a list of such several. Columns of
 * JSON are read as what they hold, other nested columns as maps and lists.
 */
final class ParquetSource {
  private final DataFile file;
  private final Columns columns;
  private final PicturePlaces places;

  private ParquetSource(DataFile file, Columns columns) {
    this.file = file;
    this.columns = columns;
    places = PicturePlaces.beside(file);
  }

  /** The row groups of a file; their sizes stand in its footer. */
  static List<Shard> shards(DataFile file, Columns columns) {
    var source = new ParquetSource(file, columns);
    try (ParquetFileReader reader = source.reader()) {
      List<RowGroup> groups = reader.getFileMetaData().rowGroups();
      var shards = new ArrayList<Shard>();
      long first = 0;
      for (int i = 0; i < groups.size(); i++) {
        int rows = Math.toIntExact(groups.get(i).numRows());
        shards.add(source.new Group(i, groups.size(), first, rows));
        first += rows;
      }
      return shards;
    } catch (IOException | RuntimeException e) {
      throw source.unreadable(e);
    }
  }

  private InputException unreadable(Exception cause) {
    if (cause instanceof InputException known) {
      return known;
    }
    return new InputException(
        "%s: not a readable parquet file: %s".formatted(file.address(), cause.getMessage()), cause);
  }

  private ParquetFileReader reader() throws IOException {
    MemorySegment bytes = file.map();
    if (bytes.byteSize() > Integer.MAX_VALUE) {
      return ParquetFileReader.open(InputFile.of(Path.of(file.address())));
    }
    return ParquetFileReader.open(InputFile.of(bytes.asByteBuffer()));
  }

  private final class Group implements Shard {
    private final int index;
    private final int count;
    private final long first;
    private final int rows;

    Group(int index, int count, long first, int rows) {
      this.index = index;
      this.count = count;
      this.first = first;
      this.rows = rows;
    }

    @Override
    public String name() {
      return count == 1 ? file.address() : file.address() + "#" + index;
    }

    @Override
    public int size() {
      return rows;
    }

    @Override
    public List<Sample> open() {
      var samples = new ArrayList<Sample>(rows);
      try (ParquetFileReader reader = reader();
          RowReader row = reader.buildRowReader().skip(first).head(rows).build()) {
        Set<String> json = jsonColumns(reader.getFileSchema());
        while (row.hasNext()) {
          row.next();
          samples.add(sample(row, json, first + samples.size()));
        }
      } catch (IOException | RuntimeException e) {
        throw unreadable(e);
      }
      return Collections.unmodifiableList(samples);
    }
  }

  private static Set<String> jsonColumns(FileSchema schema) {
    var names = new HashSet<String>();
    for (SchemaNode node : schema.getRootNode().children()) {
      if (node instanceof SchemaNode.PrimitiveNode column
          && column.logicalType() instanceof LogicalType.JsonType) {
        names.add(column.name());
      }
    }
    return names;
  }

  private Sample sample(RowReader row, Set<String> json, long number) {
    String origin = file.address() + ":" + number;
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < row.getFieldCount(); i++) {
      String name = row.getFieldName(i);
      Object value = row.isNull(i) ? null : value(row.getValue(i), origin + "/" + name);
      boolean parse = json.contains(name) && value instanceof String;
      if (value != null) {
        values.put(name, parse ? JsonValues.of(Json.parse((String) value)) : value);
      }
    }
    return new RowSample(values, origin, number).sample();
  }

  /** Plain values; a struct of bytes and path becomes a {@link Picture}. */
  private @Nullable Object value(@Nullable Object value, String origin) {
    return switch (value) {
      case null -> null;
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case Float number -> number.doubleValue();
      case Long _, Double _, Boolean _, String _, byte[] _ -> value;
      case PqStruct struct -> struct(struct, origin);
      case PqList list -> list.values().stream().map(item -> value(item, origin)).toList();
      case PqMap map -> {
        var copy = new LinkedHashMap<String, @Nullable Object>();
        map.getEntries()
            .forEach(
                entry -> copy.put(String.valueOf(entry.getKey()), value(entry.getValue(), origin)));
        yield copy;
      }
      default -> value.toString(); // dates, times, decimals, identifiers
    };
  }

  private Object struct(StructAccessor struct, String origin) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (int i = 0; i < struct.getFieldCount(); i++) {
      map.put(struct.getFieldName(i), struct.isNull(i) ? null : value(struct.getValue(i), origin));
    }
    if (map.containsKey("bytes") && map.containsKey("path")) {
      return picture(map.get("bytes"), map.get("path"), origin);
    }
    return map;
  }

  private Picture picture(@Nullable Object bytes, @Nullable Object path, String origin) {
    if (bytes instanceof byte[] content) {
      return Picture.encoded(
          path instanceof String name && !name.isEmpty() ? origin + "/" + name : origin,
          () -> content);
    }
    if (path instanceof String name) {
      return places.find(name);
    }
    throw new InputException(origin + ": a picture without bytes and path");
  }

  /** A row's values sorted into a sample. */
  private final class RowSample implements SampleJson.Shelf {
    private final Map<String, @Nullable Object> values;
    private final String origin;
    private final long number;
    private final Columns names;
    private final List<Picture> pictures = new ArrayList<>();

    RowSample(Map<String, @Nullable Object> values, String origin, long number) {
      this.values = values;
      this.origin = origin;
      this.number = number;
      names = values.containsKey(SampleJson.METADATA) ? Columns.OWN : columns;
    }

    Sample sample() {
      String name = takeText(names.key()).orElse(Long.toString(number));
      takePictures();
      Object described = values.remove(SampleJson.PARTS);
      if (described != null) {
        return new Sample(name, origin, SampleJson.read(described, this, origin), metadata());
      }
      var parts = new ArrayList<Part>(pictures);
      takeText(names.text()).ifPresent(text -> parts.add(new Part.Text(text)));
      values
          .entrySet()
          .removeIf(entry -> {
            if (entry.getValue() instanceof byte[] bytes) {
              parts.add(new Part.Attachment(entry.getKey(), () -> bytes));
              return true;
            }
            return false;
          });
      return new Sample(name, origin, parts, metadata());
    }

    /** Our sink keeps the exact metadata in a column of its own. */
    private Map<String, @Nullable Object> metadata() {
      Object exact = values.get(SampleJson.METADATA);
      if (!(exact instanceof Map<?, ?> map)) {
        return values;
      }
      var copy = new LinkedHashMap<String, @Nullable Object>();
      map.forEach((key, value) -> copy.put(String.valueOf(key), value));
      return copy;
    }

    private Optional<String> takeText(List<String> wanted) {
      for (String name : wanted) {
        if (values.get(name) instanceof String value) {
          values.remove(name);
          return Optional.of(value);
        }
      }
      return Optional.empty();
    }

    /** Columns that hold pictures; of a picture's plain bytes, those with a picture's name. */
    private void takePictures() {
      values
          .entrySet()
          .removeIf(entry ->
              switch (entry.getValue()) {
                case Picture picture -> pictures.add(picture);
                case List<?> list when !list.isEmpty() && list.getFirst() instanceof Picture ->
                    pictures.addAll(list.stream().map(Picture.class::cast).toList());
                case byte[] bytes when names.picture().contains(entry.getKey()) ->
                    pictures.add(Picture.encoded(origin + "/" + entry.getKey(), () -> bytes));
                case null, default -> false;
              });
    }

    @Override
    public Picture picture(String reference) {
      try {
        return pictures.get(Integer.parseInt(reference));
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        throw new InputException(origin + ": no picture '" + reference + "'", e);
      }
    }

    @Override
    public Picture.Bytes attachment(String reference) {
      Picture held = picture(reference);
      return held::bytes;
    }
  }
}
