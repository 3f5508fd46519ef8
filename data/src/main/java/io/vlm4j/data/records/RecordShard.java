package io.vlm4j.data.records;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A shard that has to be looked through before its size is known. */
final class RecordShard implements Shard {
  private final String name;
  private final Supplier<List<Sample>> reader;
  private @Nullable SoftReference<List<Sample>> opened;

  /** A shard of what {@code reader} finds; it is asked again only if memory was short. */
  RecordShard(String name, Supplier<List<Sample>> reader) {
    this.name = name;
    this.reader = reader;
  }

  /**
   * A source of an annotation file, or of the {@code .json} and {@code .jsonl} files of a folder in
   * the order of their names, one shard each.
   */
  static Source source(Path path, Function<Path, List<Sample>> reader) {
    List<Path> files =
        Files.isDirectory(path) ? children(path, RecordShard::isJson) : List.of(path);
    if (files.isEmpty()) {
      throw new InputException(path + ": no .json or .jsonl file in this folder");
    }
    return new Source(
        path.toString(),
        files.stream()
            .map(file -> (Shard) new RecordShard(file.toString(), () -> reader.apply(file)))
            .toList());
  }

  /** What a folder holds of one kind, by name. */
  static List<Path> children(Path folder, Predicate<Path> kind) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(kind).sorted().toList();
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
  }

  /** Whether a file's name says that it holds JSON. */
  static boolean isJson(Path file) {
    String name = file.toString();
    return name.endsWith(".json") || name.endsWith(".jsonl");
  }

  /** A file's name without its ending, fit for keys, in which a point would begin an ending. */
  static String stem(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return (dot > 0 ? name.substring(0, dot) : name).replace('.', '_');
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return open().size();
  }

  @Override
  public synchronized List<Sample> open() {
    List<Sample> samples = opened == null ? null : opened.get();
    if (samples == null) {
      samples = reader.get();
      opened = new SoftReference<>(samples);
    }
    return samples;
  }
}
