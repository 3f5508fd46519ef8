package io.vlm4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Writes a matrix row by row into numpy's {@code .npy} format, version 1.0. How many rows there are
 * need not be known: the header has a fixed size and is written again at the end. Memory does not
 * grow with the rows.
 */
public final class NpyWriter implements AutoCloseable {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int HEADER = 128; // numpy aligns what follows to 64 bytes
  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final boolean half;
  private final int columns;
  private final ByteBuffer buffer;
  private long rows;

  /**
   * Begins a new file.
   *
   * @param half whether values are stored as f16, rounded to the nearest; otherwise as f32
   * @throws IOException if the file exists, or cannot be written
   */
  public NpyWriter(Path file, boolean half, int columns) throws IOException {
    this.half = half;
    this.columns = columns;
    buffer =
        ByteBuffer.allocate(Math.max(BUFFER, columns * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
            .position(HEADER);
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has another number of columns
   */
  public void add(float[] row) throws IOException {
    if (row.length != columns) {
      throw new IllegalArgumentException(row.length + " values are no row of " + columns);
    }
    if (buffer.remaining() < columns * (half ? Short.BYTES : Float.BYTES)) {
      flush();
    }
    for (float value : row) {
      if (half) {
        buffer.putShort(Float.floatToFloat16(value));
      } else {
        buffer.putFloat(value);
      }
    }
    rows++;
  }

  /** Completes the header, and has everything on the disk. */
  @Override
  public void close() throws IOException {
    try (channel) {
      flush();
      channel.position(0);
      buffer.put(header());
      flush();
      channel.force(true);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  private byte[] header() {
    String description =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(half ? "<f2" : "<f4", rows, columns);
    var header = new byte[HEADER];
    Arrays.fill(header, (byte) ' ');
    header[HEADER - 1] = '\n';
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) (HEADER - MAGIC.length - Short.BYTES))
        .put(description.getBytes(StandardCharsets.US_ASCII));
    return header;
  }
}
