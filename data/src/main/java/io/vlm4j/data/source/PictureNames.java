package io.vlm4j.data.source;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Tells pictures by the endings of their names. */
public final class PictureNames {
  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff");

  private PictureNames() {}

  /** Whether a name or an ending is that of a picture. */
  public static boolean isPicture(String name) {
    return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /** Whether a file's name is that of a picture. */
  public static boolean isPicture(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.indexOf('.') >= 0 && isPicture(name);
  }
}
