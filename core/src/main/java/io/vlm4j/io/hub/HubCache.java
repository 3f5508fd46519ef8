package io.vlm4j.io.hub;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The part of the hub's cache that belongs to one repository, laid out as the hub documents it, so
 * that Python's client finds what is written here, and the other way round.
 *
 * <pre>
 * .locks/models--ORG--NAME/ETAG.lock
 * models--ORG--NAME/refs/REVISION                 the commit hash, without a line end
 *                   blobs/ETAG                    content; ETAG.incomplete while it arrives
 *                   snapshots/COMMIT/FILE         a relative link to the blob
 *                   .no_exist/COMMIT/FILE         empty: the commit has no such file
 * </pre>
 */
final class HubCache {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  private final Path folder;
  private final Path locks;
  private final boolean links;

  HubCache(Path cache, String repository) {
    this(cache, repository, true);
  }

  /** With or without links; without them, copies take their place. */
  HubCache(Path cache, String repository, boolean links) {
    String name = "models--" + repository.replace("/", "--");
    this.folder = cache.resolve(name);
    this.locks = cache.resolve(".locks").resolve(name);
    this.links = links;
  }

  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  /** What the cache knows of a revision, without asking the hub. */
  Optional<String> commit(String revision) {
    if (isCommit(revision)) {
      return Optional.of(revision);
    }
    Path ref = folder.resolve("refs").resolve(revision);
    if (!Files.isRegularFile(ref)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(ref).strip()).filter(HubCache::isCommit);
    } catch (IOException e) {
      throw Json.cannotRead(ref, e);
    }
  }

  void writeRef(String revision, String commit) {
    if (!isCommit(revision) && !commit(revision).equals(Optional.of(commit))) {
      AtomicFiles.writeString(folder.resolve("refs").resolve(revision), commit);
    }
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  /** Whether a snapshot has a file, with content. */
  boolean has(String commit, String file) {
    return Files.isRegularFile(snapshot(commit).resolve(file));
  }

  /** Whether it is known that a commit lacks a file. */
  boolean lacks(String commit, String file) {
    return Files.exists(folder.resolve(".no_exist").resolve(commit).resolve(file));
  }

  void writeLack(String commit, String file) {
    Path mark = folder.resolve(".no_exist").resolve(commit).resolve(file);
    try {
      Files.createDirectories(parent(mark));
      Files.createFile(mark);
    } catch (FileAlreadyExistsException _) {
      // Known already.
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(mark, e);
    }
  }

  Path blob(String etag) {
    return folder.resolve("blobs").resolve(checked(etag));
  }

  Path incomplete(String etag) {
    return folder.resolve("blobs").resolve(checked(etag) + ".incomplete");
  }

  Path lock(String etag) {
    return locks.resolve(checked(etag) + ".lock");
  }

  private static String checked(String etag) {
    if (!ETAG.matcher(etag).matches()) {
      throw new InputException("the hub names a content '" + etag + "', which is no hash: refused");
    }
    return etag;
  }

  /** Lets a file of a snapshot be a blob that is there. */
  void link(String commit, String file, String etag) {
    Path target = snapshot(commit).resolve(file);
    Path blob = blob(etag);
    Path aside = parent(target).resolve("." + UUID.randomUUID());
    try {
      Files.createDirectories(parent(target));
      pointTo(blob, aside);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(target, e);
    }
  }

  /** Where there are no symbolic links, the same content under a second name, else a copy. */
  private void pointTo(Path blob, Path pointer) throws IOException {
    if (links) {
      try {
        Files.createSymbolicLink(pointer, parent(pointer).relativize(blob));
        return;
      } catch (IOException | UnsupportedOperationException _) {
        // As on Windows without the privilege.
      }
      try {
        Files.createLink(pointer, blob);
        return;
      } catch (IOException | UnsupportedOperationException _) {
        // As on FAT.
      }
    }
    Files.copy(blob, pointer);
  }

  static Path parent(Path path) {
    return Objects.requireNonNull(path.getParent(), "inside the cache");
  }
}
