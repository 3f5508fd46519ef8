package io.vlm4j.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text in UTF-8, where damage must not pass as text. */
public final class Utf8 {
  private Utf8() {}

  /**
   * The text of bytes, all of it.
   *
   * @param place names the bytes in the error
   * @throws InputException if they are not UTF-8
   */
  public static String decode(byte[] bytes, String place) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(place + ": not text in UTF-8", e);
    }
  }

  /** A text without the byte order mark that some editors write before it. */
  public static String withoutMark(String text) {
    return text.startsWith("\ufeff") ? text.substring(1) : text;
  }
}
