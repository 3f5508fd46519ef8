package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import java.util.List;

/**
 * Visual Spatial Reasoning (arXiv 2205.00363): one object a line of {@code {image, image_link,
 * caption, label, relation, annotator_id, vote_true_validator_id, vote_false_validator_id}}. The
 * label is 1 where the caption is true of the picture, else 0.
 *
 * <p>A sample is a picture and the caption as a question whose choices are {@code false} and {@code
 * true}. The key is the file's name and the position.
 */
public final class SpatialReasoning {
  private static final String EXPECTED =
      "VSR statements: one object a line with 'caption', 'label' and 'relation'";

  private SpatialReasoning() {}

  /**
   * The samples of a file, or of the files of a folder.
   *
   * @param images the folder of pictures, or the one above {@code train2017}, {@code val2017}
   */
  public static Source read(Path statements, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        statements,
        file ->
            RecordFile.list(file, EXPECTED, "relation")
                .samples((record, place) -> {
                  int label = record.integer("label");
                  if (label != 0 && label != 1) {
                    throw record.expected("label", "0 or 1");
                  }
                  String link = record.text("image_link", "");
                  var picture = pictures.coco(record.text("image"), link);
                  var statement =
                      Part.Question.choice(record.text("caption"), List.of("false", "true"), label);
                  var metadata = record.rest();
                  metadata.put("image_link", link);
                  return new Sample(
                      place.key(), place.origin(), List.of(picture, statement), metadata);
                }));
  }
}
