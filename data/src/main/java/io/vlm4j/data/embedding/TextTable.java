package io.vlm4j.data.embedding;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import io.vlm4j.data.parquet.ParquetRows;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    try (var reader = ParquetFileReader.open(InputFile.of(file))) {
      for (String name : names) {
        if (hasColumn(reader, name)) {
          columns.put(name, new ArrayList<>());
        }
      }
      try (var rows = reader.rowReader()) {
        while (rows.hasNext()) {
          rows.next();
          for (Map.Entry<String, List<String>> column : columns.entrySet()) {
            String name = column.getKey();
            column.getValue().add(rows.isNull(name) ? "" : rows.getString(name));
          }
        }
      }
      return columns;
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    } catch (RuntimeException e) {
      throw new InputException(
          file
              + ": not a readable Parquet file: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  private static boolean hasColumn(ParquetFileReader reader, String name) {
    var schema = reader.getFileSchema();
    for (int i = 0; i < schema.getColumnCount(); i++) {
      if (schema.getColumn(i).name().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
