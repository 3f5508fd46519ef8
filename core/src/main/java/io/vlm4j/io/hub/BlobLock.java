package io.vlm4j.io.hub;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Retries;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process and one thread at a time fetch a blob. The system gives the lock back if its holder
 * dies; the file stays, as Python's client leaves it.
 */
final class BlobLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlobLock.class);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final AutoCloseable held;

  private BlobLock(AutoCloseable held) {
    this.held = held;
  }

  /** Waits for the lock, as long as it takes. */
  static BlobLock acquire(Path file) {
    boolean told = false;
    while (true) {
      try {
        var lock = tryAcquire(file);
        if (lock.isPresent()) {
          return new BlobLock(lock.get());
        }
        if (!told) {
          LOG.warn("another download has {}, waiting for it", file);
          told = true;
        }
        Thread.sleep(BETWEEN_TRIES);
      } catch (IOException e) {
        throw AtomicFiles.cannotWrite(file, e);
      } catch (InterruptedException e) {
        throw Retries.interrupted(e);
      }
    }
  }

  private static Optional<AutoCloseable> tryAcquire(Path file) throws IOException {
    Files.createDirectories(HubCache.parent(file));
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException _) {
      // Another has made it.
    }
    Object before = identity(file);
    Optional<AutoCloseable> lock =
        Flock.system().isPresent() ? Flock.system().get().tryLock(file) : javaLock(file);
    // Some versions of Python's lock delete the file: then ours is on a file that nobody sees.
    if (lock.isPresent() && !Objects.equals(before, identity(file))) {
      release(lock.get());
      return Optional.empty();
    }
    return lock;
  }

  private static Optional<AutoCloseable> javaLock(Path file) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock(0, 1, false);
      if (lock != null) {
        return Optional.of(channel); // closing it gives the lock back
      }
    } catch (OverlappingFileLockException _) {
      // A thread of this process has it.
    }
    channel.close();
    return Optional.empty();
  }

  private static @Nullable Object identity(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException _) {
      return null;
    }
  }

  private static void release(AutoCloseable lock) {
    try {
      lock.close();
    } catch (Exception e) {
      throw new IllegalStateException("a lock cannot be given back", e);
    }
  }

  @Override
  public void close() {
    release(held);
  }
}
