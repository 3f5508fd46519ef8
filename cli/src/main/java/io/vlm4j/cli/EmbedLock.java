package io.vlm4j.cli;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Keeps a second process out of a folder of embeddings; the system frees it after a kill. */
final class EmbedLock implements AutoCloseable {
  private final FileChannel channel;

  private EmbedLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a folder, which is made if need be, and removes what a killed process has left half.
   *
   * @throws InputException if another process is at work there
   */
  static EmbedLock of(Path folder) {
    Path file = folder.resolve(".lock");
    try {
      Files.createDirectories(folder);
      var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new InputException(
            folder + " is being written by another embed: wait for it, or choose another --out");
      }
      for (String part : List.of("img_emb", "text_emb", "metadata")) {
        removeHalves(folder.resolve(part), "." + part);
      }
      return new EmbedLock(channel);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  private static void removeHalves(Path folder, String prefix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (String.valueOf(file.getFileName()).startsWith(prefix)) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release the lock", e);
    }
  }
}
