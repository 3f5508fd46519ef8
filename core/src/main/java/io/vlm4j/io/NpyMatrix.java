package io.vlm4j.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A matrix of f16 or f32 in one of numpy's {@code .npy} files, mapped into memory: rows are read
 * when they are asked for.
 */
public final class NpyMatrix implements AutoCloseable {
  private static final int MAX_HEADER = 1 << 16;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*False");
  private static final Pattern SHAPE =
      Pattern.compile("'shape'\\s*:\\s*\\((\\d{1,18}), (\\d{1,9})\\)");
  private static final ValueLayout.OfShort F16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment values;
  private final boolean half;
  private final long rows;
  private final int columns;

  /**
   * Opens a file.
   *
   * @throws InputException if it is no such file, or ends too early
   */
  public NpyMatrix(Path file) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      int start = headerEnd(file, all);
      String header =
          new String(
              all.asSlice(0, start).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
      Matcher type = TYPE.matcher(header);
      Matcher shape = SHAPE.matcher(header);
      if (!type.find() || !shape.find() || !ORDER.matcher(header).find()) {
        throw new InputException(file + ": expected a matrix in row-major order");
      }
      if (!type.group(1).equals("<f2") && !type.group(1).equals("<f4")) {
        throw new InputException(
            "%s: expected values of <f2 or <f4, not %s".formatted(file, Json.quote(type.group(1))));
      }
      half = type.group(1).equals("<f2");
      rows = Long.parseLong(shape.group(1));
      columns = Integer.parseInt(shape.group(2));
      long bytes = (half ? Dtype.F16 : Dtype.F32).bytes(rows, columns);
      if (bytes != all.byteSize() - start) {
        throw new InputException(
            "%s: has %,d bytes of values, not those of %d x %d: damaged or incomplete"
                .formatted(file, all.byteSize() - start, rows, columns));
      }
      values = all.asSlice(start);
    } catch (IOException e) {
      arena.close();
      throw Json.cannotRead(file, e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** Where the header ends. */
  private static int headerEnd(Path file, MemorySegment all) {
    int magic = NpyWriter.MAGIC.length - 2; // without the version
    byte[] first = all.asSlice(0, Math.min(12, all.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    if (first.length < 12 || !Arrays.equals(first, 0, magic, NpyWriter.MAGIC, 0, magic)) {
      throw new InputException(file + ": not a .npy file");
    }
    boolean isLong = first[magic] >= 2; // later versions count in four bytes
    long length = (first[8] & 0xff) | (first[9] & 0xff) << 8;
    if (isLong) {
      length |= (first[10] & 0xffL) << 16 | (first[11] & 0xffL) << 24;
    }
    long end = length + (isLong ? 12 : 10);
    if (end > Math.min(MAX_HEADER, all.byteSize())) {
      throw new InputException(file + ": a header of " + length + " bytes cannot be");
    }
    return (int) end;
  }

  /** The number of rows. */
  public long rows() {
    return rows;
  }

  /** The number of columns. */
  public int columns() {
    return columns;
  }

  /** Whether values are stored as f16; otherwise they are f32. */
  public boolean isHalf() {
    return half;
  }

  /** Copies a row into {@code target}, which has one value a column. */
  public void read(long row, float[] target) {
    if (target.length != columns) {
      throw new IllegalArgumentException(target.length + " values hold no row of " + columns);
    }
    for (int column = 0; column < columns; column++) {
      long at = row * columns + column;
      target[column] =
          half ? Float.float16ToFloat(values.getAtIndex(F16, at)) : values.getAtIndex(F32, at);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
