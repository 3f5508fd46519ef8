package io.vlm4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads little-endian numbers and strings one after the other, never past the end. */
final class SegmentReader {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Far more than a name needs: what is longer only looks like one. */
  private static final long MAX_COPY = 1 << 28;

  private static final long MAX_LINE = 1 << 16;

  private final String place;
  private final MemorySegment bytes;
  private long position;

  /** Begins at {@code position}; {@code place} names the bytes in messages. */
  SegmentReader(String place, MemorySegment bytes, long position) {
    this.place = place;
    this.bytes = bytes;
    this.position = position;
    advance(0);
  }

  long position() {
    return position;
  }

  int unsignedByte() {
    return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, advance(1)));
  }

  int unsignedShort() {
    return Short.toUnsignedInt(bytes.get(SHORT, advance(2)));
  }

  int signedInt() {
    return bytes.get(INT, advance(4));
  }

  long unsignedInt() {
    return Integer.toUnsignedLong(signedInt());
  }

  long signedLong() {
    return bytes.get(LONG, advance(8));
  }

  /** A number that pickles hold the other way round. */
  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(signedLong()));
  }

  byte[] bytes(long count) {
    if (count > MAX_COPY) {
      throw damaged();
    }
    return bytes.asSlice(advance(count), count).toArray(ValueLayout.JAVA_BYTE);
  }

  String string(long count) {
    return new String(bytes(count), StandardCharsets.UTF_8);
  }

  /** The text up to the next line feed. */
  String line() {
    long from = position;
    while (unsignedByte() != '\n') {
      if (position - from > MAX_LINE) {
        throw damaged();
      }
    }
    long length = position - 1 - from;
    position = from;
    String line = string(length);
    position++;
    return line;
  }

  /** The next {@code count} bytes themselves, without a copy. */
  MemorySegment slice(long count) {
    return bytes.asSlice(advance(count), count);
  }

  private long advance(long count) {
    if (count < 0 || position < 0 || count > bytes.byteSize() - position) {
      throw damaged();
    }
    long from = position;
    position += count;
    return from;
  }

  private InputException damaged() {
    return new InputException(place + " is truncated or damaged");
  }
}
