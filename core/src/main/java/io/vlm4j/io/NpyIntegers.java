package io.vlm4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whole numbers of any shape as one of numpy's {@code .npy} files holds them, in memory.
 *
 * @param values in row-major order; not copied
 * @param shape their sides
 */
public record NpyIntegers(int[] values, int... shape) {
  private static final int HEADER = 128; // numpy aligns what follows to 64 bytes
  private static final int FIXED = 10; // magic, version, length of the description
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*False");
  private static final Pattern SHAPE =
      Pattern.compile("'shape'\\s*:\\s*\\(((?:\\d{1,9},? ?){1,8})\\)");

  /** Checks that the values fill the shape. */
  public NpyIntegers {
    long size = IntStream.of(shape).asLongStream().reduce(1, (a, b) -> a * b);
    if (size != values.length) {
      throw new IllegalArgumentException(
          values.length + " values do not fill " + Arrays.toString(shape));
    }
  }

  /** Writes a file of 32-bit numbers, in place of the one that may be there. */
  public void write(Path file) {
    String sides =
        IntStream.of(shape).mapToObj(side -> side + ",").collect(Collectors.joining(" "));
    String description =
        "{'descr': '<i4', 'fortran_order': False, 'shape': (%s), }".formatted(sides);
    var bytes = new byte[HEADER + 4 * values.length];
    Arrays.fill(bytes, 0, HEADER, (byte) ' ');
    bytes[HEADER - 1] = '\n';
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(NpyWriter.MAGIC).putShort((short) (HEADER - FIXED));
    buffer.put(description.getBytes(StandardCharsets.US_ASCII));
    buffer.position(HEADER);
    buffer.asIntBuffer().put(values);
    AtomicFiles.writeFile(file, path -> Files.write(path, bytes));
  }

  /**
   * Reads a file of 32- or 64-bit numbers in row-major order, version 1.
   *
   * @throws InputException if it is no such file, ends too early, or has larger numbers than an int
   */
  public static NpyIntegers read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < FIXED
        || !Arrays.equals(bytes, 0, FIXED - 2, NpyWriter.MAGIC, 0, FIXED - 2)) {
      throw new InputException(file + ": not a .npy file of version 1");
    }
    int start = FIXED + Short.toUnsignedInt(buffer.getShort(FIXED - 2));
    String header =
        start > bytes.length
            ? ""
            : new String(bytes, FIXED, start - FIXED, StandardCharsets.ISO_8859_1);
    Matcher type = TYPE.matcher(header);
    Matcher sides = SHAPE.matcher(header);
    if (!type.find() || !sides.find() || !ORDER.matcher(header).find()) {
      throw new InputException(file + ": expected whole numbers in row-major order");
    }
    if (!type.group(1).equals("<i4") && !type.group(1).equals("<i8")) {
      throw new InputException(
          "%s: expected values of <i4 or <i8, not %s".formatted(file, Json.quote(type.group(1))));
    }
    int[] shape =
        Pattern.compile("\\d+")
            .matcher(sides.group(1))
            .results()
            .mapToInt(side -> Integer.parseInt(side.group()))
            .toArray();
    boolean isLong = type.group(1).equals("<i8");
    long count = IntStream.of(shape).asLongStream().reduce(1, Math::multiplyExact);
    if (count * (isLong ? Long.BYTES : Integer.BYTES) != bytes.length - start) {
      throw new InputException(
          "%s: has %,d bytes of values, not those of %s: damaged or incomplete"
              .formatted(file, bytes.length - start, Arrays.toString(shape)));
    }
    var values = new int[Math.toIntExact(count)];
    buffer.position(start);
    for (int i = 0; i < values.length; i++) {
      long value = isLong ? buffer.getLong() : buffer.getInt();
      if (value != (int) value) {
        throw new InputException(file + ": " + value + " is too large a number");
      }
      values[i] = (int) value;
    }
    return new NpyIntegers(values, shape);
  }
}
