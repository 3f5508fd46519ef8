package io.vlm4j.data.download;

import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Set;

/**
 * What the columns of a list of addresses are called. All other columns go into the metadata of the
 * pictures as they are, except those that carry the name of something that is found out here.
 *
 * @param url the column of addresses; called {@code url} in the metadata
 * @param caption the column of captions; called {@code caption} in the metadata. A list without it
 *     gives pictures without captions
 * @param sha256 the column of the hashes that the files must have, in hexadecimal digits; empty if
 *     none is to be checked. A row without a hash is not checked
 */
public record RowColumns(String url, String caption, String sha256) {
  /** {@code url}, {@code caption}, and no check of hashes. */
  public static final RowColumns DEFAULT = new RowColumns("url", "caption", "");

  /** What the metadata say of a download, in img2dataset's order. */
  static final List<String> FOUND =
      List.of(
          "key",
          "status",
          "error_message",
          "width",
          "height",
          "original_width",
          "original_height",
          "exif",
          "sha256");

  private static final Set<String> OURS = Set.copyOf(FOUND);

  /** Checks that the two columns that are always needed have different names. */
  public RowColumns {
    if (url.isBlank() || caption.isBlank() || url.equals(caption)) {
      throw new InputException(
          "the columns of addresses and captions need two names, not '%s' and '%s'"
              .formatted(url, caption));
    }
  }

  /** Whether a column goes into the metadata under its own name. */
  boolean isFurther(String column) {
    return !column.equals(url)
        && !column.equals(caption)
        && !column.equals("url")
        && !column.equals("caption")
        && !OURS.contains(column);
  }
}
