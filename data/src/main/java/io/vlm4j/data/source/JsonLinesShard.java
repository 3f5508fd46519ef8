package io.vlm4j.data.source;

import io.vlm4j.data.JsonValues;
import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Shard;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Utf8;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    long[] starts = starts(bytes);
    return new LazyList<>(
        starts.length - 1,
        i ->
            sample(
                bytes.asSlice(starts[i], starts[i + 1] - starts[i]).toArray(ValueLayout.JAVA_BYTE),
                i));
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

  private Sample sample(byte[] line, int index) {
    String origin = file.address() + ":" + (index + 1);
    return sample(JsonValues.object(Utf8.decode(line, origin), origin), index, origin);
  }

  private Sample sample(Map<String, @Nullable Object> json, int index, String origin) {
    Columns names = json.containsKey(SampleJson.METADATA) ? Columns.OWN : columns;
    String name = Columns.take(json, names.key()).orElse(Integer.toString(index));
    if (json.containsKey(SampleJson.PARTS)) {
      Object described = json.remove(SampleJson.PARTS);
      return new Sample(
          name,
          origin,
          SampleJson.read(described, shelf(origin), origin),
          SampleJson.metadata(json));
    }
    var parts = new ArrayList<Part>();
    Columns.take(json, names.picture()).ifPresent(picture -> parts.add(places.find(picture)));
    Columns.take(json, names.text()).ifPresent(text -> parts.add(new Part.Text(text)));
    return new Sample(name, origin, parts, SampleJson.metadata(json));
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
