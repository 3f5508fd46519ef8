package io.vlm4j.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes beside the target, then renames: at any moment, a reader or a crash finds the old content
 * or the new one, never a half.
 */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Fills a file or folder that does not exist yet. */
  @FunctionalInterface
  public interface Writer {
    /** Writes to {@code path}. */
    void write(Path path) throws IOException;
  }

  /** Replaces a file by what {@code writer} writes. */
  public static void writeFile(Path target, Writer writer) {
    Path aside = aside(target);
    try {
      Files.createDirectories(parent(target));
      writer.write(aside);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw cannotWrite(target, e);
    } finally {
      deleteQuietly(aside);
    }
  }

  /** Replaces a text file. */
  public static void writeString(Path target, String content) {
    writeFile(target, path -> Files.writeString(path, content));
  }

  /** Replaces a folder by what {@code writer} writes into a new one. */
  public static void writeFolder(Path target, Writer writer) {
    Path aside = aside(target);
    Path old = aside(target);
    try {
      Files.createDirectories(aside);
      writer.write(aside);
      if (Files.exists(target)) {
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
      }
      replace(aside, target, old);
    } catch (IOException e) {
      throw cannotWrite(target, e);
    } finally {
      deleteQuietly(aside);
    }
    deleteQuietly(old);
  }

  private static void replace(Path aside, Path target, Path old) throws IOException {
    try {
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (Files.exists(old)) {
        Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      }
      throw e;
    }
  }

  /** Deletes a file or a folder with all that is in it, if it exists. */
  public static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The user's error for a target that cannot be written: no space, no permission. */
  public static InputException cannotWrite(Path target, IOException cause) {
    return new InputException(
        "cannot write "
            + target
            + ": "
            + reason(cause)
            + "; free some space or choose another place",
        cause);
  }

  /** Why a file operation failed, in words; the bare exceptions only name the file. */
  public static String reason(IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    };
  }

  private static Path parent(Path target) {
    return Objects.requireNonNull(target.toAbsolutePath().getParent(), "a root folder");
  }

  private static Path aside(Path target) {
    return parent(target).resolve("." + target.getFileName() + "." + UUID.randomUUID());
  }

  private static void deleteQuietly(Path path) {
    try {
      delete(path);
    } catch (IOException _) {
      // A leftover beside the target harms nobody; the first error is the one to report.
    }
  }
}
