package io.vlm4j.cli;

import io.vlm4j.data.source.PictureNames;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Picture files below a folder. */
final class PictureFiles {
  private PictureFiles() {}

  /**
   * All, sorted.
   *
   * @throws InputException if there are none
   */
  static List<Path> in(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException(folder + " is no folder of pictures: name one with --images");
    }
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> pictures =
          files
              .filter(file -> PictureNames.isPicture(file) && Files.isRegularFile(file))
              .sorted()
              .toList();
      if (pictures.isEmpty()) {
        throw new InputException(folder + " holds no pictures");
      }
      return pictures;
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    } catch (UncheckedIOException e) {
      throw Json.cannotRead(folder, Objects.requireNonNull(e.getCause()));
    }
  }
}
