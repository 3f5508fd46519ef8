package io.vlm4j.data.source;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A stream over mapped memory that skips without reading and knows where it is. */
final class SegmentStream extends InputStream {
  private final MemorySegment segment;
  private long position;

  SegmentStream(MemorySegment segment) {
    this.segment = segment;
  }

  long position() {
    return position;
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
