package io.vlm4j.data.sink;

import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dialogues in LLaVA's layout (arXiv 2304.08485), {@code 00000.json}: a list of {@code {id, image,
 * conversations: [{from, value}]}} with the pictures as files in {@code images/00000/} and {@code
 * <image>} where they are meant. {@code image} is a list where there are several. The metadata
 * stays beside these keys; what is no turn is left out.
 */
public final class LlavaSink implements Sink {
  private static final Map<String, String> SPEAKERS =
      Map.of("user", "human", "assistant", "gpt", "system", "system");

  private final ShardFiles files;

  /** A sink. */
  public LlavaSink(Path folder) {
    files = new ShardFiles(folder, 5);
  }

  @Override
  public String member(Sample sample) {
    if (sample.all(Turn.class).isEmpty()) {
      throw new InputException(sample.origin() + ": LLaVA's layout holds dialogues, this is none");
    }
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
          ".json",
          stream -> {
            stream.write('[');
            while (samples.hasNext()) {
              String record = Json.toLine(record(samples.next(), "images/" + files.name(shard)));
              String line = (count[0]++ == 0 ? "\n" : ",\n") + record;
              stream.write(line.getBytes(StandardCharsets.UTF_8));
            }
            stream.write("\n]\n".getBytes(StandardCharsets.UTF_8));
          });
      draft.commit(Map.of("samples", count[0]));
    }
  }

  private Map<String, @Nullable Object> record(Sample sample, String images) {
    var outside = new SampleFiles(files.folder(), images + "/" + SampleKeys.member(sample));
    var pictures = new ArrayList<String>();
    var turns = new ArrayList<Map<String, String>>();
    for (Turn turn : sample.all(Turn.class)) {
      var value = new ArrayList<String>();
      for (Part part : turn.content()) {
        if (part instanceof Picture picture) {
          pictures.add(outside.keep(picture));
          value.add("<image>");
        } else if (part instanceof Part.Text(String text)) {
          value.add(text);
        }
      }
      turns.add(
          Map.of(
              "from", SPEAKERS.getOrDefault(turn.role(), turn.role()),
              "value", String.join("\n", value)));
    }
    Map<String, @Nullable Object> record = new LinkedHashMap<>(sample.metadata());
    record.put("id", sample.key());
    if (!pictures.isEmpty()) {
      record.put("image", pictures.size() == 1 ? pictures.getFirst() : List.copyOf(pictures));
    }
    record.put("conversations", turns);
    return record;
  }

  @Override
  public void finish() {
    files.finish(".json");
  }
}
