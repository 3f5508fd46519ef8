package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.nio.charset.StandardCharsets;

/** The formats of picture files that are known; the first bytes say which, not a name. */
public enum ImageFormat {
  /** JPEG. */
  JPEG("jpg"),
  /** PNG. */
  PNG("png"),
  /** WebP, with loss or without. */
  WEBP("webp"),
  /** GIF; of an animation, the first frame is meant. */
  GIF("gif"),
  /** Windows bitmaps. */
  BMP("bmp"),
  /** TIFF. */
  TIFF("tif");

  private final String ending;

  ImageFormat(String ending) {
    this.ending = ending;
  }

  /** How names of such files end, without the dot. */
  public String ending() {
    return ending;
  }

  /**
   * The format of a file.
   *
   * @throws InputException if it is none of these
   */
  public static ImageFormat of(byte[] file) {
    if (file.length == 0) {
      throw new InputException("the file is empty");
    }
    var start = new String(file, 0, Math.min(file.length, 16), StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    } else if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    } else if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
      return WEBP;
    } else if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return GIF;
    } else if (start.startsWith("BM")) {
      return BMP;
    } else if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
      return TIFF;
    }
    throw new InputException("not a picture in a known format (JPEG, PNG, WebP, GIF, BMP, TIFF)");
  }
}
