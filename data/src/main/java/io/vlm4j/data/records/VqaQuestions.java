package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Questions about COCO's pictures in the layout of VQA v2 (arXiv 1612.00837) and OK-VQA
 * (1906.00067). One file has {@code data_subtype} (such as {@code val2014}) and {@code questions}
 * ({@code question_id, image_id, question}), the other {@code annotations} ({@code question_id,
 * question_type, answer_type, multiple_choice_answer, answers: [{answer, answer_confidence,
 * answer_id}]}).
 *
 * <p>A sample is a picture and a question with the answers of all people; its key is {@code
 * question_id}. The metadata holds the other fields, and as {@code answers} those of each answer.
 */
public final class VqaQuestions {
  private static final String QUESTIONS = "VQA questions: an object with the list 'questions'";
  private static final String ANNOTATIONS =
      "VQA annotations: an object with the list 'annotations'";

  private VqaQuestions() {}

  /**
   * The samples of a file of questions.
   *
   * @param annotations null where the answers are not published
   * @param images the folder of pictures, or the one above {@code val2014} or {@code val2017}
   */
  public static Source read(Path questions, @Nullable Path annotations, Path images) {
    var pictures = new PictureFolder(images);
    return Source.of(
        new RecordShard(questions.toString(), () -> open(questions, annotations, pictures)));
  }

  private static List<Sample> open(Path file, @Nullable Path annotations, PictureFolder pictures) {
    RecordFile questions = RecordFile.scan(file, QUESTIONS, Wanted.list("questions"));
    Records answers =
        annotations == null
            ? null
            : RecordFile.scan(
                    annotations, ANNOTATIONS, Wanted.list("annotations").by("question_id"))
                .list("annotations");
    String subset = questions.scalar("data_subtype");
    return questions
        .list("questions")
        .samples((question, place) -> {
          String key = question.id("question_id");
          int image = question.integer("image_id");
          String text = question.text("question");
          var accepted = new ArrayList<String>();
          var metadata = question.rest();
          metadata.put("image_id", (long) image);
          if (answers != null) {
            metadata.putAll(answers(answers, key, accepted));
          }
          var parts = List.of(pictures.coco(subset, image), Part.Question.open(text, accepted));
          return new Sample(key, place.origin(), parts, metadata);
        });
  }

  private static Map<String, @Nullable Object> answers(
      Records annotations, String question, List<String> accepted) {
    List<Integer> found = annotations.under(question);
    if (found.isEmpty()) {
      throw new InputException("question " + question + " has no annotation");
    }
    Fields annotation = annotations.fields(found.getFirst());
    var others = new ArrayList<Map<String, @Nullable Object>>();
    for (Fields answer : annotation.objects("answers")) {
      accepted.add(answer.text("answer"));
      others.add(answer.rest());
    }
    annotation.take("question_id");
    annotation.take("image_id");
    var metadata = annotation.rest();
    metadata.put("answers", others);
    return metadata;
  }
}
