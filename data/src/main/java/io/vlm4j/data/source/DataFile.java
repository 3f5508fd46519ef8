package io.vlm4j.data.source;

import io.vlm4j.data.store.Stores;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of a data set: a local path, or an address that a {@linkplain Stores store} fetches.
 *
 * @param address as the user gave it
 */
record DataFile(String address) {
  /** A local file. */
  static DataFile of(Path path) {
    return new DataFile(path.toString());
  }

  /** The last part of the address. */
  String name() {
    String plain = address.replaceFirst("[?#].*$", "");
    return plain.substring(Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\')) + 1);
  }

  /**
   * The file in memory, as a map that lives as long as it is referenced. What is far away is
   * fetched first, unless it is among the last {@link FarFiles}.
   *
   * @throws InputException if it cannot be read
   */
  MemorySegment map() {
    return Stores.isFar(address) ? FarFiles.map(address) : map(Path.of(address));
  }

  /** A map of a copy, which takes room on the disk no longer than the map lives. */
  static MemorySegment mapAndForget(Path copy) {
    try {
      return map(copy);
    } finally {
      forget(copy);
    }
  }

  /** All bytes of a small file. */
  byte[] bytes() {
    MemorySegment segment = map();
    if (segment.byteSize() > Integer.MAX_VALUE - 8) {
      throw new InputException(address + ": larger than 2 GiB");
    }
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private static MemorySegment map(Path file) {
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": a folder, where a file is needed");
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  /** Where files in use can be deleted, this one goes at once; elsewhere when Java ends. */
  private static void forget(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException _) {
      copy.toFile().deleteOnExit();
    }
  }
}
