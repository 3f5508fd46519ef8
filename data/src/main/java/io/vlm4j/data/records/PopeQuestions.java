package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * POPE (arXiv 2305.10355), {@code coco_pope_random.json} and the like: one object a line of {@code
 * {question_id, image, text, label}}, the label {@code yes} or {@code no}.
 *
 * <p>A sample is a picture and a question with the choices {@code yes} and {@code no}. The key is
 * the file's name and {@code question_id}.
 */
public final class PopeQuestions {
  private static final String EXPECTED =
      "POPE questions: one object a line with 'image', 'text' and 'label'";
  private static final List<String> CHOICES = List.of("yes", "no");

  private PopeQuestions() {}

  /**
   * The samples of a file, or of the files of a folder.
   *
   * @param images the folder of pictures, or the one above {@code val2014}
   */
  public static Source read(Path questions, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        questions,
        file ->
            RecordFile.list(file, EXPECTED, "label")
                .samples((record, place) -> {
                  int correct =
                      CHOICES.indexOf(record.text("label").strip().toLowerCase(Locale.ROOT));
                  if (correct < 0) {
                    throw record.expected("label", "'yes' or 'no'");
                  }
                  String key = place.file() + "-" + record.id("question_id");
                  var parts =
                      List.of(
                          pictures.coco(record.text("image"), ""),
                          Part.Question.choice(record.text("text"), CHOICES, correct));
                  return new Sample(key, place.origin(), parts, record.rest());
                }));
  }
}
