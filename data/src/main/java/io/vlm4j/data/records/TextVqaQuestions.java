package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import java.nio.file.Path;
import java.util.List;

/**
 * TextVQA (arXiv 1904.08920), {@code TextVQA_0.5.1_val.json}: an object whose {@code data} is a
 * list of {@code {question_id, question, image_id, answers, image_classes, image_width,
 * image_height, flickr_original_url, flickr_300k_url, question_tokens, set_name}}. The test split
 * has no answers.
 *
 * <p>A sample is a picture and a question with the ten answers; its key is {@code question_id}.
 */
public final class TextVqaQuestions {
  private static final String EXPECTED = "TextVQA questions: an object with the list 'data'";

  private TextVqaQuestions() {}

  /**
   * The samples of a file.
   *
   * @param images the folder of pictures {@code <image_id>.jpg}, or the one above {@code
   *     train_images}, where those of the validation split are too, and {@code test_images}
   *     [unverified]
   */
  public static Source read(Path questions, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        questions,
        file ->
            RecordFile.scan(file, EXPECTED, Wanted.list("data"))
                .list("data")
                .samples((record, place) -> {
                  String key = record.id("question_id");
                  String name = record.text("image_id") + ".jpg";
                  var picture =
                      pictures.named(List.of(name, "train_images/" + name, "test_images/" + name));
                  var question =
                      Part.Question.open(record.text("question"), record.texts("answers"));
                  return new Sample(key, place.origin(), List.of(picture, question), record.rest());
                }));
  }
}
