package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Open questions about videos.
 *
 * <p>MSVD-QA and MSRVTT-QA (Xu et al., ACM Multimedia 2017): a list of {@code {id, video_id,
 * question, answer}}, of which the second has {@code category_id} too. A video is named after its
 * number: {@code vid7} or {@code video7}, or the number alone.
 *
 * <p>ActivityNet-QA (arXiv 1906.02467): a list of {@code {question_id, video_name, question}} and
 * one of {@code {question_id, answer, type}}. A video is named {@code v_NAME} or {@code NAME}.
 *
 * <p>A sample is the frames and an open question with its answer; the metadata has {@code video},
 * and {@code question_type} where there are types.
 */
public final class VideoQuestions {
  private static final String MS =
      "questions about videos: a list of objects with 'video_id', 'question' and 'answer'";
  private static final String ACTIVITY_NET =
      "ActivityNet-QA questions: a list of objects with 'video_name' and 'question'";
  private static final String ANSWERS =
      "ActivityNet-QA answers: a list of objects with 'question_id' and 'answer'";
  private static final List<String> TYPES =
      List.of(
          "motion",
          "spatial",
          "temporal",
          "yes or no",
          "colour",
          "object",
          "location",
          "number",
          "other");

  private VideoQuestions() {}

  /**
   * MSVD-QA or MSRVTT-QA.
   *
   * @param prefix before a video's number in its name
   */
  public static Source readMs(Path questions, Path videos, String prefix) {
    var folder = new VideoFolder(videos);
    return RecordShard.source(
        questions,
        file ->
            RecordFile.list(file, MS, "video_id")
                .samples((record, place) -> {
                  String video = record.id("video_id");
                  String key = place.file() + "-" + record.id("id");
                  List<Part> parts =
                      List.of(
                          folder.named(List.of(prefix + video, video)),
                          Part.Question.open(
                              record.text("question"), List.of(record.text("answer"))));
                  var metadata = record.rest();
                  metadata.put("video", video);
                  return new Sample(key, place.origin(), parts, metadata);
                }));
  }

  /**
   * ActivityNet-QA.
   *
   * @param answers null if they are not known
   */
  public static Source readActivityNet(Path questions, @Nullable Path answers, Path videos) {
    return Source.of(
        new RecordShard(
            questions.toString(), () -> open(questions, answers, new VideoFolder(videos))));
  }

  private static List<Sample> open(Path questions, @Nullable Path answers, VideoFolder videos) {
    Records known =
        answers == null
            ? null
            : RecordFile.scan(answers, ANSWERS, Wanted.list("").by("question_id")).list("");
    return RecordFile.list(questions, ACTIVITY_NET, "video_name")
        .samples((record, place) -> {
          String key = record.id("question_id");
          String video = record.text("video_name");
          String question = record.text("question");
          var metadata = record.rest();
          metadata.put("video", video);
          List<String> accepted = known == null ? List.of() : List.of(answer(known, key, metadata));
          List<Part> parts =
              List.of(
                  videos.named(List.of("v_" + video, video)),
                  Part.Question.open(question, accepted));
          return new Sample(key, place.origin(), parts, metadata);
        });
  }

  /** The answer to a question; its type goes into the metadata. */
  private static String answer(
      Records known, String question, Map<String, @Nullable Object> metadata) {
    List<Integer> found = known.under(question);
    if (found.isEmpty()) {
      throw new InputException("question " + question + " has no answer");
    }
    Fields answer = known.fields(found.getFirst());
    int type = answer.integer("type");
    metadata.put("question_type", type >= 0 && type < TYPES.size() ? TYPES.get(type) : "" + type);
    return answer.text("answer");
  }
}
