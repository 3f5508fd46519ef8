package io.vlm4j.data.source;

import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Shard;
import io.vlm4j.data.parquet.ParquetTable;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    try (ParquetTable table = source.table()) {
      List<Integer> groups = table.groups();
      var shards = new ArrayList<Shard>();
      long first = 0;
      for (int i = 0; i < groups.size(); i++) {
        shards.add(source.new Group(i, groups.size(), first, groups.get(i)));
        first += groups.get(i);
      }
      return shards;
    }
  }

  private ParquetTable table() {
    return ParquetTable.open(file.map(), file.address());
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
      try (ParquetTable table = table()) {
        List<Map<String, @Nullable Object>> values = table.rows(index);
        return new LazyList<>(values.size(), i -> sample(values.get(i), first + i));
      }
    }
  }

  private Sample sample(Map<String, @Nullable Object> row, long number) {
    return new RowSample(new LinkedHashMap<>(row), file.address() + ":" + number, number).sample();
  }

  /** A value in which structs of bytes and path are pictures. */
  private @Nullable Object withPictures(@Nullable Object value, String origin) {
    if (value instanceof List<?> list) {
      return list.stream().map(item -> withPictures(item, origin)).toList();
    }
    boolean isPicture =
        value instanceof Map<?, ?> map
            && Set.of("bytes", "path").containsAll(map.keySet())
            && (map.get("bytes") instanceof byte[] || map.get("path") instanceof String);
    return isPicture && value instanceof Map<?, ?> map
        ? picture(map.get("bytes"), map.get("path"), origin)
        : value;
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
      values.replaceAll((column, value) -> withPictures(value, origin + "/" + column));
      String name = Columns.take(values, names.key()).orElse(Long.toString(number));
      takePictures();
      Object described = values.remove(SampleJson.PARTS);
      if (described != null) {
        return new Sample(
            name, origin, SampleJson.read(described, this, origin), SampleJson.metadata(values));
      }
      var parts = new ArrayList<Part>(pictures);
      Columns.take(values, names.text()).ifPresent(text -> parts.add(new Part.Text(text)));
      values
          .entrySet()
          .removeIf(entry -> {
            if (entry.getValue() instanceof byte[] bytes) {
              parts.add(new Part.Attachment(entry.getKey(), () -> bytes));
              return true;
            }
            return false;
          });
      return new Sample(name, origin, parts, SampleJson.metadata(values));
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
