package io.vlm4j.data.source;

import io.vlm4j.data.JsonValues;
import io.vlm4j.data.LazyList;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.io.Json;
import io.vlm4j.io.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pictures in a folder and all below it, by name: a {@code .txt} beside one holds its captions,
 * a line each, a {@code .json} its metadata, and the folder it is in is its class.
 */
final class FolderShard implements Shard {
  /** The metadata of a picture's folder, where that is not the source's own. */
  static final String CLASS = "class";

  private final Path folder;

  FolderShard(Path folder) {
    this.folder = folder;
  }

  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public int size() {
    return open().size();
  }

  @Override
  public List<Sample> open() {
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> pictures =
          files
              .filter(file -> PictureNames.isPicture(file) && Files.isRegularFile(file))
              .sorted()
              .toList();
      return new LazyList<>(pictures.size(), i -> sample(pictures.get(i)));
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    } catch (UncheckedIOException e) {
      throw Json.cannotRead(folder, Objects.requireNonNull(e.getCause()));
    }
  }

  private Sample sample(Path file) {
    String name = file.toString();
    String stem = name.substring(0, name.lastIndexOf('.'));
    Path captions = Path.of(stem + ".txt");
    Path json = Path.of(stem + ".json");
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    Path parent = folder.relativize(file).getParent();
    if (parent != null) {
      metadata.put(CLASS, String.valueOf(parent.getFileName()));
    }
    if (Files.exists(json)) {
      metadata.putAll(JsonValues.object(text(json), json.toString()));
    }
    List<String> texts = Files.exists(captions) ? lines(text(captions)) : List.of();
    String key = folder.relativize(Path.of(stem)).toString().replace('\\', '/');
    return Sample.pair(key, name, Picture.file(file), texts, metadata);
  }

  private static List<String> lines(String text) {
    return Utf8.withoutMark(text)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String text(Path file) {
    return Utf8.decode(DataFile.of(file).bytes(), file.toString());
  }
}
