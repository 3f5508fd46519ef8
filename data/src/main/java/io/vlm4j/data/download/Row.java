package io.vlm4j.data.download;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of addresses.
 *
 * @param origin where it stands, for messages
 * @param columns its values by name
 */
record Row(String origin, Map<String, @Nullable Object> columns) {
  /** A row of a source; what has no column of captions may have a text. */
  static Row of(Sample sample, RowColumns names) {
    if (sample.metadata().containsKey(names.caption()) || sample.texts().isEmpty()) {
      return new Row(sample.origin(), sample.metadata());
    }
    var columns = new LinkedHashMap<String, @Nullable Object>(sample.metadata());
    columns.put(names.caption(), sample.text());
    return new Row(sample.origin(), columns);
  }

  /** A value as text; empty if there is none. */
  String text(String column) {
    Object value = columns.get(column);
    return value == null ? "" : value.toString();
  }

  /** The row with its picture. */
  Sample sample(String key, RowColumns names, PictureMaker.Made made, boolean exif) {
    var metadata = known(names);
    metadata.put("key", key);
    metadata.put("status", "success");
    metadata.put("error_message", null);
    metadata.put("width", made.width());
    metadata.put("height", made.height());
    metadata.put("original_width", made.originalWidth());
    metadata.put("original_height", made.originalHeight());
    if (exif) {
      metadata.put("exif", made.exif());
    }
    metadata.put("sha256", made.sha256());
    Picture picture = Picture.encoded(key + "." + made.format().ending(), made::bytes);
    String caption = text(names.caption());
    List<Part> parts =
        caption.isEmpty() ? List.of(picture) : List.of(picture, new Part.Text(caption));
    return new Sample(key, origin, parts, metadata);
  }

  /** The row without a picture, and why. */
  Sample failed(String key, RowColumns names, DownloadFailure failure, boolean exif) {
    var metadata = known(names);
    RowColumns.FOUND.stream()
        .filter(name -> exif || !name.equals("exif"))
        .forEach(name -> metadata.put(name, null));
    metadata.put("key", key);
    metadata.put("status", failure.status());
    metadata.put("error_message", failure.line());
    return new Sample(key, origin, List.of(), metadata);
  }

  private Map<String, @Nullable Object> known(RowColumns names) {
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    metadata.put("url", columns.get(names.url()));
    metadata.put("caption", columns.get(names.caption()));
    columns.forEach((name, value) -> {
      if (names.isFurther(name)) {
        metadata.put(name, value);
      }
    });
    return metadata;
  }
}
