package io.vlm4j.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pictures with captions from a table or from a folder. */
public final class PairFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PairFiles.class);

  /** The label of a sample's picture file. */
  public static final String FILE = "file";

  private static final Set<String> PICTURES =
      Set.of("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff");

  private PairFiles() {}

  /**
   * The samples of a CSV or TSV file with a header, or of a folder of pictures with a {@code .txt}
   * beside each.
   *
   * @param pictureColumn the column of picture files; they are looked for beside the table, then in
   *     the working directory
   * @param captionColumn the column of captions
   * @throws InputException if there is no such set, or not one sample in it
   */
  public static List<Sample> read(Path path, String pictureColumn, String captionColumn) {
    List<Sample> samples =
        Files.isDirectory(path) ? readFolder(path) : readTable(path, pictureColumn, captionColumn);
    if (samples.isEmpty()) {
      throw new InputException(path + ": no pictures with captions in it");
    }
    return samples;
  }

  private static List<Sample> readTable(Path file, String pictureColumn, String captionColumn) {
    var samples = new ArrayList<Sample>();
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(separator(file))
            .detectBomHeader(true)
            .ofNamedCsvRecord(file)) {
      for (NamedCsvRecord row : reader) {
        Path picture = locate(file, field(file, row, pictureColumn));
        samples.add(
            Sample.pair(
                picture.toString(),
                file + ":" + row.getStartingLineNumber(),
                Picture.file(picture),
                List.of(field(file, row, captionColumn)),
                Map.of(FILE, picture.toString())));
      }
      return samples;
    } catch (CsvParseException e) {
      throw new InputException(file + ": not a readable table: " + e.getMessage(), e);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    } catch (UncheckedIOException e) {
      throw Json.cannotRead(file, Objects.requireNonNull(e.getCause()));
    }
  }

  private static String field(Path file, NamedCsvRecord row, String column) {
    return row.findField(column)
        .orElseThrow(() ->
            new InputException(
                "%s:%d: no column '%s'; the columns are %s"
                    .formatted(file, row.getStartingLineNumber(), column, row.getHeader())));
  }

  /** OpenCLIP separates by tabs whatever the file is called, so the header decides. */
  private static char separator(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().orElse("").indexOf('\t') >= 0 ? '\t' : ',';
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    } catch (UncheckedIOException e) {
      throw new InputException(file + ": not a text file in UTF-8", e);
    }
  }

  private static Path locate(Path table, String name) {
    Path beside = table.toAbsolutePath().resolveSibling(name);
    return Files.exists(beside) ? beside : Path.of(name);
  }

  private static List<Sample> readFolder(Path folder) {
    var samples = new ArrayList<Sample>();
    int withoutCaption = 0;
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : files.filter(PairFiles::isPicture).sorted().toList()) {
        Path caption = sideCar(file);
        List<String> texts = Files.exists(caption) ? captions(caption) : List.of();
        if (texts.isEmpty()) {
          withoutCaption++;
        } else {
          samples.add(
              Sample.pair(
                  file.toString(),
                  file.toString(),
                  Picture.file(file),
                  texts,
                  Map.of(FILE, file.toString())));
        }
      }
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    } catch (UncheckedIOException e) {
      throw Json.cannotRead(folder, Objects.requireNonNull(e.getCause()));
    }
    if (withoutCaption > 0) {
      LOG.warn(
          "{}: {} pictures without a caption beside them are left out", folder, withoutCaption);
    }
    return samples;
  }

  private static List<String> captions(Path file) throws IOException {
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (CharacterCodingException _) {
      LOG.warn("{}: not a text file in UTF-8", file);
      return List.of();
    }
  }

  private static Path sideCar(Path picture) {
    String name = String.valueOf(picture.getFileName());
    return picture.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
  }

  /** Whether a file's name says that it is a picture. */
  public static boolean isPicture(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot >= 0
        && PICTURES.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT))
        && Files.isRegularFile(file);
  }
}
