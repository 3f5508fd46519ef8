package io.vlm4j.data.source;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CSV or TSV file with a header, a picture file and a caption a row; or URLs, where there is no
 * picture column. Other columns are metadata.
 */
final class TableShard implements Shard {
  private final DataFile file;
  private final Columns columns;
  private final PicturePlaces places;
  private @Nullable List<Sample> samples;

  TableShard(DataFile file, Columns columns) {
    this.file = file;
    this.columns = columns;
    places = PicturePlaces.beside(file);
  }

  @Override
  public String name() {
    return file.address();
  }

  @Override
  public int size() {
    return open().size();
  }

  @Override
  public synchronized List<Sample> open() {
    if (samples == null) {
      samples = read();
    }
    return samples;
  }

  private List<Sample> read() {
    String text = Utf8.withoutMark(Utf8.decode(file.bytes(), file.address()));
    var read = new ArrayList<Sample>();
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder().fieldSeparator(separator(text)).ofNamedCsvRecord(text)) {
      for (NamedCsvRecord row : reader) {
        read.add(sample(row));
      }
    } catch (CsvParseException e) {
      throw new InputException(file.address() + ": not a readable table: " + e.getMessage(), e);
    } catch (UncheckedIOException | IOException e) {
      throw new InputException(file.address() + ": cannot be read: " + e.getMessage(), e);
    }
    return List.copyOf(read);
  }

  /** OpenCLIP separates by tabs whatever the file is called, so the header decides. */
  private static char separator(String text) {
    int end = text.indexOf('\n');
    return text.substring(0, end < 0 ? text.length() : end).indexOf('\t') >= 0 ? '\t' : ',';
  }

  private Sample sample(NamedCsvRecord row) {
    String origin = file.address() + ":" + row.getStartingLineNumber();
    List<String> header = row.getHeader();
    String picture = Columns.find(columns.picture(), header);
    boolean links = picture.isEmpty() && header.contains("url");
    if (!links) {
      picture = Columns.need(columns.picture(), header, origin);
    }
    String text =
        links ? Columns.find(columns.text(), header) : Columns.need(columns.text(), header, origin);
    String key = Columns.find(columns.key(), header);
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    for (String column : header) {
      if (!column.equals(picture) && !column.equals(text) && !column.equals(key)) {
        row.findField(column).ifPresent(value -> metadata.put(column, value));
      }
    }
    String name =
        key.isEmpty() ? Long.toString(row.getStartingLineNumber()) : field(row, key, origin);
    List<String> texts = text.isEmpty() ? List.of() : List.of(field(row, text, origin));
    if (links) {
      return new Sample(name, origin, texts.stream().<Part>map(Part.Text::new).toList(), metadata);
    }
    Picture found = places.find(field(row, picture, origin));
    return Sample.pair(name, origin, found, texts, metadata);
  }

  private String field(NamedCsvRecord row, String column, String origin) {
    return row.findField(column)
        .orElseThrow(() ->
            new InputException(
                "%s: no column '%s'; the columns are %s"
                    .formatted(origin, column, row.getHeader())));
  }
}
