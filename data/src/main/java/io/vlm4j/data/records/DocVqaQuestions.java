package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import java.nio.file.Path;
import java.util.List;

/**
 * DocVQA (arXiv 2007.00398): an object whose {@code data} is a list of {@code {questionId,
 * question, image, docId, ucsf_document_id, ucsf_document_page_no, answers, data_split}}. The test
 * split has no answers.
 *
 * <p>A sample is a page and a question with the accepted answers; its key is {@code questionId}.
 */
public final class DocVqaQuestions {
  private static final String EXPECTED = "DocVQA questions: an object with the list 'data'";

  private DocVqaQuestions() {}

  /**
   * The samples of a file.
   *
   * @param images the folder above {@code documents}, in which the pages are, or that one
   */
  public static Source read(Path questions, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        questions,
        file ->
            RecordFile.scan(file, EXPECTED, Wanted.list("data"))
                .list("data")
                .samples((record, place) -> {
                  String key = record.id("questionId");
                  String name = record.text("image");
                  String last = name.substring(name.lastIndexOf('/') + 1);
                  var question =
                      Part.Question.open(record.text("question"), record.texts("answers"));
                  return new Sample(
                      key,
                      place.origin(),
                      List.of(pictures.named(List.of(name, last)), question),
                      record.rest());
                }));
  }
}
