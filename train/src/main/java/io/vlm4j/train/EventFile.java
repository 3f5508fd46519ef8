package io.vlm4j.train;

import com.google.protobuf.CodedOutputStream;
import io.vlm4j.io.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * TensorBoard's event file: scalars by step, as records of length, checksum, {@code Event} message,
 * checksum.
 */
final class EventFile implements AutoCloseable {
  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;

  /** Writes a message's fields. */
  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private final Path file;
  private @Nullable OutputStream out;

  /** A file that comes into being with its first scalars, beside those of earlier runs. */
  EventFile(Path folder) {
    Instant now = Instant.now();
    file =
        folder.resolve(
            "events.out.tfevents.%d.%09d.vlm4j".formatted(now.getEpochSecond(), now.getNano()));
  }

  private OutputStream open() throws IOException {
    if (out == null) {
      Files.createDirectories(file.resolveSibling(""));
      out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      write(out, message(event -> event.writeString(EVENT_FILE_VERSION, "brain.Event:2")));
    }
    return out;
  }

  /** Adds scalars of one step. */
  void add(long step, Map<String, Double> scalars) {
    try {
      byte[] summary =
          message(fields -> {
            for (var scalar : scalars.entrySet()) {
              fields.writeByteArray(
                  SUMMARY_VALUE,
                  message(value -> {
                    value.writeString(VALUE_TAG, scalar.getKey());
                    value.writeFloat(VALUE_SIMPLE, scalar.getValue().floatValue());
                  }));
            }
          });
      OutputStream out = open();
      write(
          out,
          message(event -> {
            event.writeDouble(EVENT_WALL_TIME, System.currentTimeMillis() / 1e3);
            event.writeInt64(EVENT_STEP, step);
            event.writeByteArray(EVENT_SUMMARY, summary);
          }));
      out.flush();
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  private static byte[] message(Fields fields) throws IOException {
    var bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  private static void write(OutputStream out, byte[] record) throws IOException {
    byte[] length = littleEndian(Long.BYTES).putLong(record.length).array();
    out.write(length);
    out.write(littleEndian(Integer.BYTES).putInt(checksum(length)).array());
    out.write(record);
    out.write(littleEndian(Integer.BYTES).putInt(checksum(record)).array());
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** CRC-32C, rotated and shifted so that checksums of checksums stay useful. */
  private static int checksum(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  @Override
  public void close() {
    try {
      if (out != null) {
        out.close();
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }
}
