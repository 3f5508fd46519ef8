package io.vlm4j.data.sink;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Sink;
import io.vlm4j.data.source.Columns;
import io.vlm4j.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines, {@code 00000.jsonl}, with {@code key}, {@code image}, {@code text} and the metadata,
 * and the pictures as files in {@code images/00000/}. A sample that is more than a picture and a
 * text keeps its parts under {@value SampleJson#PARTS}.
 */
public final class JsonLinesSink implements Sink {
  private final ShardFiles files;

  /** A sink. */
  public JsonLinesSink(Path folder) {
    files = new ShardFiles(folder, 5);
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
    var count = new long[1];
    try (ShardFiles.Draft draft = files.new Draft(shard)) {
      draft.write(
          ".jsonl",
          stream -> {
            while (samples.hasNext()) {
              String line = Json.toLine(record(samples.next(), "images/" + files.name(shard)));
              stream.write((line + "\n").getBytes(StandardCharsets.UTF_8));
              count[0]++;
            }
          });
      draft.commit(Map.of("samples", count[0]));
    }
  }

  private Map<String, @Nullable Object> record(Sample sample, String images) {
    var outside = new SampleFiles(files.folder(), images + "/" + SampleKeys.member(sample));
    Map<String, @Nullable Object> record = new LinkedHashMap<>();
    record.put("key", sample.key());
    if (SampleJson.isPair(sample)) {
      for (Picture picture : sample.pictures()) {
        record.put("image", outside.keep(picture));
      }
      for (String text : sample.texts()) {
        record.put("text", text);
      }
    } else {
      record.put(SampleJson.PARTS, SampleJson.write(sample.parts(), outside));
    }
    if (sample.metadata().keySet().stream().noneMatch(JsonLinesSink::isTaken)) {
      record.putAll(sample.metadata());
    } else {
      record.put(SampleJson.METADATA, sample.metadata());
    }
    return record;
  }

  /** Whether an entry of the metadata would be taken for a part of the sample. */
  private static boolean isTaken(String name) {
    return Columns.USUAL.contains(name)
        || name.equals(SampleJson.PARTS)
        || name.equals(SampleJson.METADATA);
  }

  @Override
  public void finish() {
    files.finish(".jsonl");
  }
}
