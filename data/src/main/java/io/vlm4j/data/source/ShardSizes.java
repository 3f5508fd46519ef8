package io.vlm4j.data.source;

import io.vlm4j.data.JsonValues;
import io.vlm4j.io.Utf8;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** WebDataset's {@code sizes.json}: the number of samples in each shard of a folder. */
final class ShardSizes {
  static final String FILE = "sizes.json";

  private ShardSizes() {}

  /** The sizes by file name; empty where there is no such file. */
  static Map<String, Integer> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Map.of();
    }
    var sizes = new HashMap<String, Integer>();
    JsonValues.object(Utf8.decode(DataFile.of(file).bytes(), file.toString()), file.toString())
        .forEach((name, size) -> {
          if (size instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
            sizes.put(name, number.intValue());
          }
        });
    return sizes;
  }
}
