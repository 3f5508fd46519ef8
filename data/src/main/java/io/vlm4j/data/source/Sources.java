package io.vlm4j.data.source;

import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.data.store.Stores;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Opens data sets by what their names say.
 *
 * <ul>
 *   <li>{@code pairs.csv}, {@code pairs.tsv}: a table with a header
 *   <li>{@code pairs.jsonl}: JSON objects, one a line
 *   <li>{@code data.parquet}
 *   <li>{@code shards/{00000..00099}.tar}: WebDataset
 *   <li>a folder of tars, of parquet or JSON lines, or of pictures
 * </ul>
 *
 * Files may be local or at an address that a {@linkplain Stores store} reads; {@code a::b} joins
 * sources.
 */
public final class Sources {
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final List<String> TABLES = List.of(".csv", ".tsv", ".txt");
  private static final List<String> LINES = List.of(".jsonl", ".ndjson");

  private Sources() {}

  /**
   * Opens a data set.
   *
   * @param place files, a folder or addresses, see above
   * @param columns what tables and records call their parts
   * @throws InputException if there is nothing, or nothing of a known kind
   */
  public static Source open(String place, Columns columns) {
    var shards = new ArrayList<Shard>();
    for (String part : Addresses.joined(place)) {
      for (String address : Addresses.expand(part)) {
        shards.addAll(shards(address, columns));
      }
    }
    return new Source(place, shards);
  }

  /** Opens the parts that {@code ::} joins as a source each, for mixing them by weight. */
  public static List<Source> openEach(String place, Columns columns) {
    return Addresses.joined(place).stream().map(part -> open(part, columns)).toList();
  }

  private static List<Shard> shards(String address, Columns columns) {
    if (!Stores.isFar(address)) {
      Path path = Path.of(address);
      if (Files.isDirectory(path)) {
        return folder(path, columns);
      }
      if (!Files.exists(path)) {
        throw new InputException(path + ": there is no such file or folder");
      }
    }
    return file(new DataFile(address), columns, -1, false);
  }

  private static List<Shard> file(DataFile file, Columns columns, int size, boolean lines) {
    String name = file.name().toLowerCase(Locale.ROOT);
    if (name.endsWith(".tar")) {
      return List.of(new TarShard(file, size, lines));
    }
    if (name.endsWith(".parquet")) {
      return ParquetSource.shards(file, columns);
    }
    if (LINES.stream().anyMatch(name::endsWith)) {
      return List.of(new JsonLinesShard(file, columns));
    }
    if (TABLES.stream().anyMatch(name::endsWith)) {
      return List.of(new TableShard(file, columns));
    }
    throw new InputException(
        file.address()
            + ": not a kind of data set that is known: .csv, .tsv, .jsonl, .parquet, .tar, or a"
            + " folder");
  }

  private static List<Shard> folder(Path folder, Columns columns) {
    for (String kind : List.of(".tar", ".parquet", ".jsonl")) {
      List<Path> files = files(folder, kind);
      // img2dataset leaves a parquet beside every tar: the tars are the data.
      if (!files.isEmpty()) {
        Map<String, Integer> sizes = ShardSizes.read(folder);
        boolean lines = ClipBenchmarkFolder.isRetrieval(folder);
        return files.stream()
            .flatMap(file ->
                file(
                    DataFile.of(file),
                    columns,
                    sizes.getOrDefault(String.valueOf(file.getFileName()), -1),
                    lines)
                    .stream())
            .toList();
      }
    }
    return List.of(new FolderShard(folder));
  }

  /** Files of a kind directly in a folder, numbers in their order. */
  private static List<Path> files(Path folder, String kind) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(kind))
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
          .sorted(Comparator.comparing(Sources::naturalName))
          .toList();
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
  }

  /** A name in which numbers sort by their value: {@code 2.tar} before {@code 10.tar}. */
  private static String naturalName(Path file) {
    return NUMBER
        .matcher(String.valueOf(file.getFileName()))
        .replaceAll(number -> "%3d%s".formatted(number.group().length(), number.group()));
  }
}
