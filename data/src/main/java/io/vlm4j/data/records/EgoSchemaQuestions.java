package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * EgoSchema (arXiv 2308.09126): {@code questions.json}, a list of {@code {q_uid, question, "option
 * 0" ... "option 4"}}, and {@code subset_answers.json}, an object of right options by {@code q_uid}
 * for 500 of them; the other answers are not published. A video is named by {@code q_uid}.
 *
 * <p>A sample is the frames and a question with five choices, of which the right one is -1 where it
 * is not known. With answers, questions without one are left out.
 */
public final class EgoSchemaQuestions {
  private static final String EXPECTED =
      "EgoSchema questions: a list of objects with 'q_uid' and 'option 0' to 'option 4'";
  private static final int OPTIONS = 5;

  private EgoSchemaQuestions() {}

  /**
   * The samples of a file.
   *
   * @param answers null if they are not known
   */
  public static Source read(Path questions, @Nullable Path answers, Path videos) {
    return Source.of(
        new RecordShard(
            questions.toString(), () -> open(questions, answers, new VideoFolder(videos))));
  }

  private static List<Sample> open(Path file, @Nullable Path answers, VideoFolder videos) {
    JsonNode known = answers == null ? null : Json.readObject(answers);
    Records records = RecordFile.list(file, EXPECTED, "q_uid");
    var places = new ArrayList<Integer>();
    for (int i = 0; i < records.size(); i++) {
      if (known == null || known.has(records.fields(i).id("q_uid"))) {
        places.add(i);
      }
    }
    return records.samples(
        places.stream().mapToInt(Integer::intValue).toArray(),
        (record, place) -> {
          String key = record.id("q_uid");
          var options = new ArrayList<String>();
          for (int i = 0; i < OPTIONS; i++) {
            options.add(record.text("option " + i));
          }
          int correct = known == null ? -1 : known.path(key).asInt(-1);
          if (known != null && (correct < 0 || correct >= OPTIONS)) {
            throw new InputException(
                "%s: the answer to %s is no number from 0 to 4".formatted(answers, key));
          }
          List<Part> parts =
              List.of(
                  videos.named(List.of(key)),
                  Part.Question.choice(record.text("question", ""), options, correct));
          var metadata = record.rest();
          metadata.put("video", key);
          return new Sample(key, place.origin(), parts, metadata);
        });
  }
}
