package io.vlm4j.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Encodes pictures as files. */
public final class ImageEncoder {
  private ImageEncoder() {}

  /** The bytes of a PNG file; a transparent picture is put on white. */
  public static byte[] png(Pixels picture) {
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture.over(255, 255, 255).toBufferedImage(), "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return bytes.toByteArray();
  }
}
