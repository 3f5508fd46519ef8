package io.vlm4j.data;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a folder was converted from and how, kept in its {@code conversion.json} before anything
 * else: shards of another making are never mixed in.
 *
 * @param source what the user called it
 * @param layout of the shards
 * @param shardSize samples of the source in each shard but the last
 * @param samples of the source, damaged ones too
 */
record ConversionRecord(String source, String layout, int shardSize, long samples) {
  private static final String FILE = "conversion.json";

  /**
   * Begins a folder, or continues one that was made in the same way.
   *
   * @throws InputException if the folder holds anything else
   */
  void claim(Path folder) {
    check(folder);
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      AtomicFiles.writeString(file, Json.toText(Json.toTree(this)));
    }
  }

  /** Refuses a folder that cannot be {@linkplain #claim claimed}, and changes nothing. */
  void check(Path folder) {
    Path file = folder.resolve(FILE);
    if (Files.exists(file)) {
      requireSame(Json.readObject(file), folder);
    } else if (Files.exists(folder) && !isEmpty(folder)) {
      throw new InputException(
          folder + " is not empty, and no conversion was begun in it: choose another --out");
    }
  }

  private void requireSame(JsonNode was, Path folder) {
    JsonNode is = Json.toTree(this);
    for (String key : List.of("source", "layout", "shardSize", "samples")) {
      if (!was.path(key).asString().equals(is.path(key).asString())) {
        throw new InputException(
            "%s holds another conversion: its %s is %s, not %s; choose another --out"
                .formatted(
                    folder,
                    key.equals("shardSize") ? "shard size" : key,
                    was.path(key).asString(),
                    is.path(key).asString()));
      }
    }
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
  }
}
