package io.vlm4j.data.sink;

import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Sink;
import io.vlm4j.data.parquet.ParquetRows;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * WebDataset shards as img2dataset leaves them: {@code 00000.tar} with {@code KEY.jpg}, {@code
 * KEY.txt} and {@code KEY.json}; {@code 00000.parquet} with a row a sample; {@code
 * 00000_stats.json}. In the end {@code sizes.json} and {@code SHA256SUMS}.
 *
 * <p>Pictures keep their bytes. A sample that is more than a picture and a text keeps its parts in
 * its JSON. A sample without parts whose metadata tells a {@code status} other than {@code success}
 * is a failure: it gets a row, but no members.
 */
public final class WebDatasetSink implements Sink {
  private static final String SUCCESS = "success";

  private final ShardFiles files;

  /**
   * A sink.
   *
   * @param digits of a shard's number; img2dataset has 5
   */
  public WebDatasetSink(Path folder, int digits) {
    files = new ShardFiles(folder, digits);
  }

  /** A sink with img2dataset's five digits. */
  public WebDatasetSink(Path folder) {
    this(folder, 5);
  }

  @Override
  public String member(Sample sample) {
    return SampleKeys.member(sample);
  }

  @Override
  public boolean has(int shard) {
    return files.has(shard);
  }

  @Override
  public void write(int shard, Iterator<Sample> samples) {
    var start = Instant.now();
    try (ShardFiles.Draft draft = files.new Draft(shard)) {
      var rows = new ArrayList<Map<String, @Nullable Object>>();
      draft.write(
          ".tar",
          stream -> {
            try (var tar = new ShardTar(stream)) {
              while (samples.hasNext()) {
                Sample sample = samples.next();
                if (!isFailure(sample)) {
                  tar.add(sample, members(sample));
                }
                rows.add(row(sample));
              }
            }
          });
      draft.write(".parquet", stream -> ParquetRows.write(stream, rows));
      draft.commit(statistics(rows, start));
    }
  }

  private static boolean isFailure(Sample sample) {
    Object status = sample.metadata().get("status");
    return sample.parts().isEmpty() && status != null && !status.equals(SUCCESS);
  }

  /** The metadata, with the key and the text where they are not among it. */
  private static Map<String, @Nullable Object> row(Sample sample) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    if (!sample.metadata().containsKey("key")) {
      row.put("key", sample.key());
    }
    if (!sample.metadata().containsKey("caption") && !sample.texts().isEmpty()) {
      row.put("caption", sample.text());
    }
    row.putAll(sample.metadata());
    return row;
  }

  private static Map<String, Object> statistics(
      List<Map<String, @Nullable Object>> rows, Instant start) {
    var causes = new TreeMap<String, Object>();
    var failures = new TreeMap<String, Long>();
    for (Map<String, @Nullable Object> row : rows) {
      String status = String.valueOf(row.getOrDefault("status", SUCCESS));
      failures.merge(status, 1L, Long::sum);
      Object message = row.get("error_message");
      causes.merge(
          message == null ? status : message.toString(), 1L, (a, b) -> (Long) a + (Long) b);
    }
    long successes = failures.getOrDefault(SUCCESS, 0L);
    Instant end = Instant.now();
    var statistics = new LinkedHashMap<String, Object>();
    statistics.put("count", rows.size());
    statistics.put("successes", successes);
    statistics.put("failed_to_download", failures.getOrDefault("failed_to_download", 0L));
    statistics.put("failed_to_resize", failures.getOrDefault("failed_to_resize", 0L));
    statistics.put("duration", (end.toEpochMilli() - start.toEpochMilli()) / 1e3);
    statistics.put("start_time", start.toEpochMilli() / 1e3);
    statistics.put("end_time", end.toEpochMilli() / 1e3);
    statistics.put("status_dict", causes);
    statistics.put("samples", successes);
    return statistics;
  }

  @Override
  public void finish() {
    AtomicFiles.writeString(
        files.folder().resolve("sizes.json"), Json.toText(files.finish(".tar")));
  }

  private static Map<String, byte[]> members(Sample sample) {
    var members = new Members();
    Map<String, @Nullable Object> json = new LinkedHashMap<>(sample.metadata());
    if (!SampleKeys.member(sample).equals(sample.key())) {
      json.put(SampleJson.KEY, sample.key());
    }
    if (SampleJson.isPair(sample)) {
      sample.pictures().forEach(members::keep);
      for (String text : sample.texts()) {
        members.bytes.put("txt", text.getBytes(StandardCharsets.UTF_8));
      }
    } else {
      json.put(SampleJson.PARTS, SampleJson.write(sample.parts(), members));
    }
    if (!json.isEmpty()) {
      members.bytes.put("json", Json.toLine(json).getBytes(StandardCharsets.UTF_8));
    }
    return members.bytes;
  }

  /** The members of one sample by kind; the first picture is plainly {@code jpg}. */
  private static final class Members implements SampleJson.Store {
    private final Map<String, byte[]> bytes = new LinkedHashMap<>();

    @Override
    public String keep(Picture picture) {
      byte[] content = picture.bytes();
      return put(Contents.format(picture, content).ending(), content);
    }

    @Override
    public String keep(Attachment attachment) {
      return put(attachment.name(), Contents.read(attachment));
    }

    private String put(String kind, byte[] content) {
      String name = kind;
      for (int i = 1; bytes.containsKey(name) || name.equals("json"); i++) {
        name = i + "." + kind;
      }
      bytes.put(name, content);
      return name;
    }
  }
}
