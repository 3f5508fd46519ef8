package io.vlm4j.data.sink;

import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Picture;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.io.InputException;
import java.io.IOException;

/** What sinks ask of the bytes that they write. */
final class Contents {
  private Contents() {}

  /**
   * The format of a picture's bytes.
   *
   * @throws InputException if they are no picture; it names it
   */
  static ImageFormat format(Picture picture, byte[] bytes) {
    try {
      return ImageFormat.of(bytes);
    } catch (InputException e) {
      throw new InputException(picture.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * The bytes of an attachment.
   *
   * @throws InputException if they cannot be read
   */
  static byte[] read(Attachment attachment) {
    try {
      return attachment.bytes().read();
    } catch (IOException e) {
      throw new InputException(
          "attachment %s: cannot be read: %s".formatted(attachment.name(), e.getMessage()), e);
    }
  }
}
