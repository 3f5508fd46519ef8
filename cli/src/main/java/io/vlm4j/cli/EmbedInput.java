package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for what is embedded. */
final class EmbedInput {
  @Mixin private final PairData data = new PairData();

  @Option(
      names = "--images",
      paramLabel = "PATH",
      description = {
        "Pictures: a folder, a .csv or .tsv with a header, or a text file with a picture file a"
            + " line;",
        "may be given several times."
      })
  private List<Path> images = new ArrayList<>();

  @Option(
      names = "--with-captions",
      description =
          "Embed captions too: the .txt beside each picture of a folder (pictures without one are"
              + " left out), or the table's column.")
  private boolean withCaptions;

  @Option(names = "--texts", paramLabel = "FILE", description = "Texts: a file with one a line.")
  private @Nullable Path texts;

  /**
   * What becomes a row.
   *
   * @param picture a file; null where only texts are embedded
   * @param caption a text; null where only pictures are embedded
   */
  record Row(@Nullable Path picture, @Nullable String caption) {
    /** The picture, where pictures are embedded. */
    Path file() {
      return Objects.requireNonNull(picture, "rows of texts have no pictures");
    }

    /** The text, where texts are embedded. */
    String text() {
      return Objects.requireNonNull(caption, "rows of pictures have no texts");
    }
  }

  boolean hasPictures() {
    return !images.isEmpty();
  }

  boolean hasTexts() {
    return withCaptions || texts != null;
  }

  /** What was named, for the record. */
  List<String> names() {
    return (texts == null ? images : List.of(texts)).stream().map(Path::toString).toList();
  }

  /**
   * All rows, in order; nothing is decoded.
   *
   * @throws InputException if there are none, or the options contradict each other
   */
  List<Row> rows() {
    if (images.isEmpty() == (texts == null)) {
      throw new InputException(
          "embed needs either --images or --texts; captions of pictures are embedded by"
              + " --with-captions");
    }
    if (withCaptions && texts != null) {
      throw new InputException("--with-captions goes with --images, not with --texts");
    }
    var rows = new ArrayList<Row>();
    if (texts != null) {
      lines(texts).forEach(line -> rows.add(new Row(null, line)));
    }
    for (Path path : images) {
      rows.addAll(pictures(path));
    }
    if (rows.isEmpty()) {
      throw new InputException(String.join(", ", names()) + ": nothing to embed in it");
    }
    return rows;
  }

  private List<Row> pictures(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    boolean isTable = name.endsWith(".csv") || name.endsWith(".tsv");
    if (isTable || (withCaptions && Files.isDirectory(path))) {
      return data.read(path.toString()).stream()
          .map(sample ->
              new Row(
                  absolute(Path.of(sample.picture().name())), withCaptions ? sample.text() : null))
          .toList();
    }
    if (withCaptions) {
      throw new InputException(path + ": a list has no captions; use a .csv or .tsv");
    }
    return (Files.isDirectory(path) ? PictureFiles.in(path) : listed(path))
        .stream().map(file -> new Row(absolute(file), null)).toList();
  }

  private static List<Path> listed(Path list) {
    return lines(list).stream()
        .filter(line -> !line.isBlank())
        .map(line -> {
          Path beside = list.toAbsolutePath().resolveSibling(line.strip());
          return Files.exists(beside) ? beside : Path.of(line.strip());
        })
        .toList();
  }

  /** So that the folder of embeddings can be used from anywhere. */
  private static Path absolute(Path file) {
    return file.toAbsolutePath().normalize();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new InputException(file + ": not a text file in UTF-8", e);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }
}
