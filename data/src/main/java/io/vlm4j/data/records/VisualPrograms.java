package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import java.nio.file.Path;
import java.util.List;

/**
 * VPEval's open-ended evaluation (arXiv 2305.15328), a file for each model and set of texts: an
 * object of {@code {text_id, image_path, text, code}} by name, of which {@code code} is a program.
 *
 * <p>A sample is a picture and the text that it was made for; its key is {@code text_id}, and the
 * metadata has {@code code}.
 */
public final class VisualPrograms {
  private static final String EXPECTED =
      "VPEval programs: an object of objects with 'image_path', 'text' and 'code'";

  private VisualPrograms() {}

  /** The samples of a file, or of the files of a folder. */
  public static Source read(Path programs, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        programs,
        file ->
            RecordFile.scan(file, EXPECTED, Wanted.list(""))
                .list("")
                .samples((record, place) -> {
                  String key = record.id("text_id");
                  String code = record.text("code");
                  List<Part> parts =
                      List.of(
                          pictures.named(record.text("image_path")),
                          new Part.Text(record.text("text")));
                  var metadata = record.rest();
                  metadata.put("code", code);
                  return new Sample(key, place.origin(), parts, metadata);
                }));
  }
}
