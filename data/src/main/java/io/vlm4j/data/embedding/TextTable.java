package io.vlm4j.data.embedding;

import io.vlm4j.data.parquet.ParquetRows;
import io.vlm4j.data.parquet.ParquetTable;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A table of texts as a Parquet file. */
final class TextTable {
  private TextTable() {}

  /** Writes columns of one length atomically. */
  static void write(Path file, SequencedMap<String, List<String>> columns) {
    int rows = columns.firstEntry().getValue().size();
    if (columns.values().stream().anyMatch(column -> column.size() != rows)) {
      throw new IllegalArgumentException("columns of different lengths");
    }
    var table = new ArrayList<Map<String, @Nullable Object>>(rows);
    for (int i = 0; i < rows; i++) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      for (Map.Entry<String, List<String>> column : columns.entrySet()) {
        row.put(column.getKey(), column.getValue().get(i));
      }
      table.add(row);
    }
    AtomicFiles.writeFile(
        file,
        path -> {
          try (var out = Files.newOutputStream(path)) {
            ParquetRows.write(out, columns.keySet(), table);
          }
        });
  }

  /**
   * The columns of a file that have the asked names; absent values are empty texts.
   *
   * @throws InputException if it is no Parquet file, or compressed in a way that is not supported
   */
  static SequencedMap<String, List<String>> read(Path file, List<String> names) {
    var columns = new LinkedHashMap<String, List<String>>();
    try (Arena arena = Arena.ofConfined();
        var channel = FileChannel.open(file);
        var table =
            ParquetTable.open(
                channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena),
                file.toString())) {
      names.stream()
          .filter(table.columns()::contains)
          .forEach(name -> columns.put(name, new ArrayList<>()));
      for (int group = 0; group < table.groups().size(); group++) {
        for (Map<String, @Nullable Object> row : table.rows(group, columns.keySet())) {
          columns.forEach(
              (name, texts) -> texts.add(Objects.requireNonNullElse(row.get(name), "").toString()));
        }
      }
      return columns;
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }
}
