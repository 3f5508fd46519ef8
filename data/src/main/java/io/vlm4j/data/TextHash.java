package io.vlm4j.data;

import io.vlm4j.io.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A number for a text or for bytes that any program can compute, by SHA-256. */
public final class TextHash {
  private TextHash() {}

  /** The number of a text: of its bytes in UTF-8. */
  public static long of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The first eight bytes of their SHA-256, the highest first. */
  public static long of(byte[] bytes) {
    return ByteBuffer.wrap(Digests.sha256().digest(bytes)).getLong();
  }
}
