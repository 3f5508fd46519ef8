package io.vlm4j.eval;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A page of thumbnails, such as the results of a search: one HTML file with everything in it. */
public final class ContactSheet {
  private ContactSheet() {}

  /**
   * A picture on the sheet.
   *
   * @param png the picture as a PNG file; not copied
   * @param caption what it shows
   * @param note something shorter beneath it, such as a score; may be empty
   */
  public record Item(byte[] png, String caption, String note) {}

  /**
   * Writes the sheet, in place of the file that may be there.
   *
   * @throws IllegalArgumentException if a picture is not a PNG file
   * @throws io.vlm4j.io.InputException if the file cannot be written
   */
  public static void write(Path file, String title, List<Item> items) {
    Page.write(file, "contact-sheet.ftlh", Map.of("title", title, "items", items));
  }
}
