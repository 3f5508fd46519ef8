package io.vlm4j.data.source;

import io.vlm4j.io.InputException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which columns or keys of a record hold the picture, the text and the record's name.
 *
 * @param picture columns of picture files or of their bytes; the first that is there counts
 * @param text columns of texts; likewise
 * @param key columns of the record's name; likewise, none is needed
 */
public record Columns(List<String> picture, List<String> text, List<String> key) {
  /** The names that the field's files use; OpenCLIP's {@code filepath} and {@code title} first. */
  public static final Columns USUAL =
      new Columns(
          List.of("filepath", "image", "image_path", "file_name", "img", "jpg", "webp", "png"),
          List.of("title", "caption", "text", "txt"),
          List.of("key", "uid", "id"));

  /** The names that our own sinks give. */
  static final Columns OWN = new Columns(List.of("image"), List.of("text"), List.of("key"));

  /** Copies the lists. */
  public Columns {
    picture = List.copyOf(picture);
    text = List.copyOf(text);
    key = List.copyOf(key);
  }

  /** Whether one of the columns has that name. */
  public boolean contains(String name) {
    return picture.contains(name) || text.contains(name) || key.contains(name);
  }

  /** These columns, with the picture in one of that name alone. */
  public Columns withPicture(String name) {
    return new Columns(List.of(name), text, key);
  }

  /** These columns, with the text in one of that name alone. */
  public Columns withText(String name) {
    return new Columns(picture, List.of(name), key);
  }

  /** The first of the wanted columns that is there, or empty. */
  static String find(List<String> wanted, Collection<String> there) {
    return wanted.stream().filter(there::contains).findFirst().orElse("");
  }

  /** Takes the text of the first name that has one out of a record, if there is one. */
  static Optional<String> take(Map<String, @Nullable Object> record, List<String> names) {
    for (String name : names) {
      if (record.get(name) instanceof String value) {
        record.remove(name);
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** Refuses a table that has none of the wanted columns. */
  static String need(List<String> wanted, Collection<String> there, String place) {
    String found = find(wanted, there);
    if (found.isEmpty()) {
      throw new InputException(
          "%s: no column '%s'; the columns are %s"
              .formatted(place, String.join("' or '", wanted), there));
    }
    return found;
  }
}
