package io.vlm4j.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A part of a file's bytes, read as unsigned numbers. Reading outside of the part throws {@link
 * IndexOutOfBoundsException}.
 *
 * @param array shared, not copied
 * @param start where the part begins
 * @param length of the part
 */
record Bytes(byte[] array, int start, int length) {
  static final Bytes NONE = new Bytes(new byte[0], 0, 0);

  private static final VarHandle BIG_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  Bytes {
    Objects.checkFromIndexSize(start, length, array.length);
  }

  static Bytes of(byte[] array) {
    return new Bytes(array, 0, array.length);
  }

  /** The part of {@code size} bytes at {@code at}. */
  Bytes part(long at, long size) {
    Objects.checkFromIndexSize(at, size, (long) length);
    return new Bytes(array, start + (int) at, (int) size);
  }

  int u8(long at) {
    return array[start + (int) Objects.checkIndex(at, (long) length)] & 0xff;
  }

  int u16(long at, ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN ? u8(at) << 8 | u8(at + 1) : u8(at + 1) << 8 | u8(at);
  }

  long u32(long at, ByteOrder order) {
    int i = start + (int) Objects.checkFromIndexSize(at, 4L, (long) length);
    int big = (int) BIG_INT.get(array, i);
    return Integer.toUnsignedLong(order == ByteOrder.BIG_ENDIAN ? big : Integer.reverseBytes(big));
  }

  /** Whether {@code text} stands at {@code at}, which may lie outside. */
  boolean has(long at, String text) {
    return at >= 0
        && at + text.length() <= length
        && text.equals(
            new String(array, start + (int) at, text.length(), StandardCharsets.ISO_8859_1));
  }
}
