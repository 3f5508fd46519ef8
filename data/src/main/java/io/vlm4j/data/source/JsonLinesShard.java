package io.vlm4j.data.source;

import io.vlm4j.data.JsonValues;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Shard;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Utf8;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON objects, one a line: a picture file ({@code image}), a text and metadata, or the
 * parts that our own sink writes. Lines are found once and read when they are asked for.
 */
final class JsonLinesShard implements Shard {
  private final DataFile file;
  private final Columns columns;
  private final PicturePlaces places;

  JsonLinesShard(DataFile file, Columns columns) {
    this.file = file;
    this.columns = columns;
    places = PicturePlaces.beside(file);
  }

  @Override
  public String name() {
    return file.address();
  }

  @Override
  public int size() {
    return open().size();
  }

  @Override
  public List<Sample> open() {
    MemorySegment bytes = file.map();
    return new Lines(bytes, starts(bytes));
  }

  /** Where each line that is not blank begins, and the end of the file. */
  private static long[] starts(MemorySegment bytes) {
    var starts = new long[64];
    int count = 0;
    boolean blank = true;
    for (long at = 0; at < bytes.byteSize(); at++) {
      byte b = bytes.get(ValueLayout.JAVA_BYTE, at);
      if (b == '\n') {
        blank = true;
      } else if (blank && b != ' ' && b != '\r' && b != '\t') {
        blank = false;
        if (count == starts.length - 1) {
          starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count++] = at;
      }
    }
    starts[count] = bytes.byteSize();
    return Arrays.copyOf(starts, count + 1);
  }

  private final class Lines extends AbstractList<Sample> implements RandomAccess {
    private final MemorySegment bytes;
    private final long[] starts;

    Lines(MemorySegment bytes, long[] starts) {
      this.bytes = bytes;
      this.starts = starts;
    }

    @Override
    public int size() {
      return starts.length - 1;
    }

    @Override
    public Sample get(int i) {
      String origin = file.address() + ":" + (i + 1);
      byte[] line =
          bytes.asSlice(starts[i], starts[i + 1] - starts[i]).toArray(ValueLayout.JAVA_BYTE);
      return sample(JsonValues.object(Utf8.decode(line, origin), origin), i, origin);
    }
  }

  private Sample sample(Map<String, @Nullable Object> json, int index, String origin) {
    Columns names = json.containsKey(SampleJson.METADATA) ? Columns.OWN : columns;
    String name = take(json, names.key()).orElse(Integer.toString(index));
    if (json.containsKey(SampleJson.PARTS)) {
      Object described = json.remove(SampleJson.PARTS);
      return new Sample(
          name, origin, SampleJson.read(described, shelf(origin), origin), metadata(json));
    }
    var parts = new ArrayList<Part>();
    take(json, names.picture()).ifPresent(picture -> parts.add(places.find(picture)));
    take(json, names.text()).ifPresent(text -> parts.add(new Part.Text(text)));
    return new Sample(name, origin, parts, metadata(json));
  }

  private static Map<String, @Nullable Object> metadata(Map<String, @Nullable Object> json) {
    if (!(json.get(SampleJson.METADATA) instanceof Map<?, ?> exact)) {
      return json;
    }
    var copy = new LinkedHashMap<String, @Nullable Object>();
    exact.forEach((key, value) -> copy.put(String.valueOf(key), value));
    return copy;
  }

  /** Takes the text of the first key that has one out of the object, if there is one. */
  private static Optional<String> take(Map<String, @Nullable Object> json, List<String> keys) {
    for (String key : keys) {
      if (json.get(key) instanceof String value) {
        json.remove(key);
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  private SampleJson.Shelf shelf(String origin) {
    return new SampleJson.Shelf() {
      @Override
      public Picture picture(String reference) {
        return places.find(reference);
      }

      @Override
      public Picture.Bytes attachment(String reference) {
        if (reference.isEmpty()) {
          throw new InputException(origin + ": an attachment without a file");
        }
        Picture file = places.find(reference);
        return file::bytes;
      }
    };
  }
}
