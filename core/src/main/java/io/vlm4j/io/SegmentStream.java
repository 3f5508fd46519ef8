package io.vlm4j.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A stream over mapped memory that skips without reading and knows where it is. */
public final class SegmentStream extends InputStream {
  private final MemorySegment segment;
  private long position;

  /** A stream at the segment's beginning. */
  public SegmentStream(MemorySegment segment) {
    this.segment = segment;
  }

  /** How many bytes lie before the next one. */
  public long position() {
    return position;
  }

  /**
   * Goes to a position.
   *
   * @throws IOException if it is outside the segment
   */
  public void seek(long to) throws IOException {
    if (to < 0 || to > segment.byteSize()) {
      throw new EOFException("position " + to + " of " + segment.byteSize() + " bytes");
    }
    position = to;
  }

  @Override
  public int read() {
    return position < segment.byteSize()
        ? segment.get(ValueLayout.JAVA_BYTE, position++) & 0xff
        : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int count = (int) Math.min(length, segment.byteSize() - position);
    if (count <= 0) {
      return length == 0 ? 0 : -1;
    }
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public long skip(long count) {
    long skipped = Math.clamp(count, 0, segment.byteSize() - position);
    position += skipped;
    return skipped;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, segment.byteSize() - position);
  }
}
