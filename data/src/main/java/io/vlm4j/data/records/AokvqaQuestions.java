package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import java.util.List;

/**
 * A-OKVQA (arXiv 2206.01718): a list of {@code {split, image_id, question_id, question, choices,
 * correct_choice_idx, direct_answers, difficult_direct_answer, rationales}} about COCO's pictures
 * of 2017. The test split has neither answers nor the right choice.
 *
 * <p>A sample is a picture and a question with choices, the right one's index, and the direct
 * answers; its key is {@code question_id}. Rationales and the other fields are metadata.
 */
public final class AokvqaQuestions {
  private static final String EXPECTED =
      "A-OKVQA questions: a list of objects with 'question' and 'choices'";

  private AokvqaQuestions() {}

  /**
   * The samples of a file.
   *
   * @param images the folder of pictures, or the one above {@code train2017}, {@code val2017}
   */
  public static Source read(Path questions, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        questions,
        file ->
            RecordFile.list(file, EXPECTED, "choices")
                .samples((record, place) -> {
                  String split = record.text("split", "train");
                  int image = record.integer("image_id");
                  var question =
                      new Part.Question(
                          record.text("question"),
                          record.texts("direct_answers"),
                          record.texts("choices"),
                          record.has("correct_choice_idx")
                              ? record.integer("correct_choice_idx")
                              : -1);
                  String key = record.id("question_id");
                  record.take("correct_choice_idx");
                  var metadata = record.rest();
                  metadata.put("split", split);
                  metadata.put("image_id", (long) image);
                  return new Sample(
                      key,
                      place.origin(),
                      List.of(pictures.coco(split + "2017", image), question),
                      metadata);
                }));
  }
}
