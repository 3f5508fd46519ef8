package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The formats of picture files that are read, told apart by their first bytes. */
public enum ImageFormat {
  /** Also progressive, grey and CMYK. */
  JPEG,
  /** Of all depths and colour types. */
  PNG,
  /** Lossy and lossless. */
  WEBP,
  /** The first picture of it. */
  GIF,
  /** Windows bitmaps. */
  BMP,
  /** The first page of it. */
  TIFF;

  /**
   * The format of a file.
   *
   * @param file its bytes; the first sixteen are enough
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

  /** What names of such files end in, without a dot. */
  public String ending() {
    return switch (this) {
      case JPEG -> "jpg";
      case TIFF -> "tif";
      default -> name().toLowerCase(Locale.ROOT);
    };
  }
}
