package io.vlm4j.data.sink;

import io.vlm4j.data.JsonValues;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Digests;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.Utf8;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of numbered shards in a folder: {@code 00000.tar}, {@code 00000.parquet}, and last of
 * all {@code 00000_stats.json}, whose presence says that the shard is whole.
 *
 * <p>All are written aside and renamed. The statistics name each file's length and SHA-256.
 */
final class ShardFiles {
  private static final String STATISTICS = "_stats.json";
  private static final String FILES = "files";

  private final Path folder;
  private final int digits;

  ShardFiles(Path folder, int digits) {
    this.folder = folder;
    this.digits = digits;
  }

  /** Fills one file of a shard. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream stream) throws IOException;
  }

  String name(int shard) {
    return ("%0" + digits + "d").formatted(shard);
  }

  Path folder() {
    return folder;
  }

  /** Whether a shard's statistics are there, and its files have the lengths they name. */
  boolean has(int shard) {
    Path statistics = folder.resolve(name(shard) + STATISTICS);
    if (!Files.isRegularFile(statistics)) {
      return false;
    }
    try {
      for (Map.Entry<?, ?> file : files(statistics).entrySet()) {
        Path path = folder.resolve(String.valueOf(file.getKey()));
        if (!(file.getValue() instanceof Map<?, ?> facts)
            || !Files.isRegularFile(path)
            || !Long.valueOf(Files.size(path)).equals(facts.get("bytes"))) {
          return false;
        }
      }
      return true;
    } catch (IOException | InputException _) {
      return false; // unreadable: written again
    }
  }

  private static Map<?, ?> files(Path statistics) throws IOException {
    String place = statistics.toString();
    Object files =
        JsonValues.object(Utf8.decode(Files.readAllBytes(statistics), place), place).get(FILES);
    return files instanceof Map<?, ?> map ? map : Map.of();
  }

  /** One shard on its way: files appear under their names when it is {@linkplain #commit whole}. */
  final class Draft implements AutoCloseable {
    private final int shard;
    private final Map<String, Path> asides = new LinkedHashMap<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final boolean makesFolder = !Files.exists(folder);

    Draft(int shard) {
      this.shard = shard;
    }

    /** Writes a file whose name is the shard's with this ending. */
    void write(String ending, Content content) {
      String name = name(shard) + ending;
      Path target = folder.resolve(name);
      try {
        Files.createDirectories(folder);
        // Not a temporary file of Java's, which only its owner may read.
        Path aside = folder.resolve("." + name + "." + UUID.randomUUID() + ".part");
        asides.put(name, aside);
        MessageDigest digest = Digests.sha256();
        try (var stream =
            new BufferedOutputStream(
                new DigestOutputStream(Files.newOutputStream(aside), digest), 1 << 18)) {
          content.writeTo(stream);
        }
        facts.put(name, facts(aside, digest));
      } catch (IOException e) {
        throw AtomicFiles.cannotWrite(target, e);
      } catch (UncheckedIOException e) {
        throw AtomicFiles.cannotWrite(target, Objects.requireNonNull(e.getCause()));
      }
    }

    private static Map<String, Object> facts(Path file, MessageDigest digest) throws IOException {
      var facts = new LinkedHashMap<String, Object>();
      facts.put("bytes", Files.size(file));
      facts.put("sha256", HexFormat.of().formatHex(digest.digest()));
      return facts;
    }

    /** Gives the files their names, the statistics last. */
    void commit(Map<String, ? extends @Nullable Object> statistics) {
      asides.forEach((name, aside) -> {
        try {
          Files.move(
              aside,
              folder.resolve(name),
              StandardCopyOption.ATOMIC_MOVE,
              StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
          throw AtomicFiles.cannotWrite(folder.resolve(name), e);
        }
      });
      asides.clear();
      Map<String, @Nullable Object> all = new LinkedHashMap<>(statistics);
      all.put(FILES, facts);
      AtomicFiles.writeString(folder.resolve(name(shard) + STATISTICS), Json.toText(all));
    }

    @Override
    public void close() {
      for (Path aside : asides.values()) {
        try {
          Files.deleteIfExists(aside);
        } catch (IOException _) {
          // A leftover with a dot before its name is no shard, and the next run clears it away.
        }
      }
      if (makesFolder) {
        try {
          Files.deleteIfExists(folder);
        } catch (IOException _) {
          // It is not empty: there are shards in it.
        }
      }
    }
  }

  /**
   * Writes {@code SHA256SUMS}, for {@code sha256sum -c}, and clears away what killed runs have
   * left.
   *
   * @param ending of the shards to count
   * @return the number of samples of each file with that ending, as {@code sizes.json} has it
   */
  Map<String, Object> finish(String ending) {
    var sums = new ArrayList<String>();
    Map<String, Object> sizes = new TreeMap<>();
    try (Stream<Path> found = Files.list(folder)) {
      List<Path> paths = found.sorted().toList();
      for (Path path : paths) {
        String name = String.valueOf(path.getFileName());
        if (name.startsWith(".") && name.endsWith(".part")) {
          Files.deleteIfExists(path);
        } else if (name.endsWith(STATISTICS)) {
          files(path)
              .forEach((file, facts) -> sums.add(((Map<?, ?>) facts).get("sha256") + "  " + file));
          Object samples =
              JsonValues.object(Files.readString(path), path.toString()).get("samples");
          if (samples instanceof Long count) {
            sizes.put(name.replace(STATISTICS, ending), count);
          }
        }
      }
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
    AtomicFiles.writeString(folder.resolve("SHA256SUMS"), String.join("\n", sums) + "\n");
    return sizes;
  }
}
