package io.vlm4j.bench;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.parquet.ParquetTable;
import io.vlm4j.data.sink.WebDatasetSink;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the WebDataset shards that {@link DownloadSpeed} lets the downloader write. */
record DownloadStore(Path folder) {
  /**
   * One row that was written.
   *
   * @param metadata all that is known of it
   * @param picture the bytes of its file; none if it failed
   */
  record Written(JsonNode metadata, byte[] picture) {}

  WebDatasetSink sink() {
    return new WebDatasetSink(folder);
  }

  /** Reads all rows of all whole shards: a row from the parquet, its picture from the tar. */
  void read(Consumer<Written> reader) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith("_stats.json")).toList()) {
        read(file.toString().replace("_stats.json", ""), reader);
      }
    }
  }

  private static void read(String shard, Consumer<Written> reader) throws IOException {
    Map<String, Sample> samples = new HashMap<>();
    Source tar = Sources.open(shard + ".tar", Columns.USUAL);
    tar.stream(new SkippedSamples())
        .forEach(sample -> {
          if (samples.put(sample.key(), sample) != null) {
            throw new IllegalStateException("twice in " + shard + ".tar: " + sample.key());
          }
        });
    byte[] bytes = Files.readAllBytes(Path.of(shard + ".parquet"));
    try (ParquetTable table = ParquetTable.open(MemorySegment.ofArray(bytes), shard)) {
      for (int group = 0; group < table.groups().size(); group++) {
        for (Map<String, @Nullable Object> row : table.rows(group)) {
          Sample sample = samples.remove(String.valueOf(row.get("key")));
          byte[] picture = sample == null ? new byte[0] : sample.picture().bytes();
          reader.accept(new Written(Json.toTree(row), picture));
        }
      }
    }
    if (!samples.isEmpty()) {
      throw new IllegalStateException("not in " + shard + ".parquet: " + samples.keySet());
    }
  }
}
