package io.vlm4j.data.sink;

import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Sink;
import io.vlm4j.data.parquet.ParquetRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parquet as Hugging Face data sets have it: {@code 00000.parquet} with {@code key}, {@code image}
 * (a struct of {@code bytes} and {@code path}), {@code text}, and a column for each entry of the
 * metadata.
 *
 * <p>A sample that is more than a picture and a text has its pictures in {@code images} and its
 * parts, as JSON, in {@value SampleJson#PARTS}. The metadata is kept as JSON in {@value
 * SampleJson#METADATA} besides: columns cannot tell a null from an absent entry, nor one order from
 * another.
 */
public final class ParquetSink implements Sink {
  private final ShardFiles files;

  /** A sink. */
  public ParquetSink(Path folder) {
    files = new ShardFiles(folder, 5);
  }

  @Override
  public boolean has(int shard) {
    return files.has(shard);
  }

  @Override
  public void write(int shard, Iterator<Sample> samples) {
    var rows = new ArrayList<Map<String, @Nullable Object>>();
    samples.forEachRemaining(sample -> rows.add(row(sample)));
    try (ShardFiles.Draft draft = files.new Draft(shard)) {
      draft.write(".parquet", stream -> ParquetRows.write(stream, rows));
      draft.commit(Map.of("samples", rows.size()));
    }
  }

  private static Map<String, @Nullable Object> row(Sample sample) {
    var held = new Held();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("key", sample.key());
    if (SampleJson.isPair(sample)) {
      for (Picture picture : sample.pictures()) {
        row.put("image", ParquetRows.Image.of(picture));
      }
      for (String text : sample.texts()) {
        row.put("text", text);
      }
    } else {
      row.put(SampleJson.PARTS, new ParquetRows.JsonText(SampleJson.write(sample.parts(), held)));
      if (!held.images.isEmpty()) {
        row.put("images", held.images);
      }
    }
    sample.metadata().forEach(row::putIfAbsent);
    row.put(SampleJson.METADATA, new ParquetRows.JsonText(sample.metadata()));
    return row;
  }

  @Override
  public void finish() {
    files.finish(".parquet");
  }

  /** Pictures and attachments of one sample; a reference is a position. */
  private static final class Held implements SampleJson.Store {
    private final List<ParquetRows.Image> images = new ArrayList<>();

    @Override
    public String keep(Picture picture) {
      images.add(ParquetRows.Image.of(picture));
      return Integer.toString(images.size() - 1);
    }

    @Override
    public String keep(Attachment attachment) {
      images.add(new ParquetRows.Image(Contents.read(attachment), attachment.name()));
      return Integer.toString(images.size() - 1);
    }
  }
}
