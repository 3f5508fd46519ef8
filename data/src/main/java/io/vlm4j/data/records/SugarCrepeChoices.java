package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import java.nio.file.Path;
import java.util.List;

/**
 * SugarCrepe (arXiv 2306.14610): seven files ({@code add_obj.json}, {@code swap_att.json} and so
 * on), each an object that maps numbers to {@code {filename, caption, negative_caption}}. The
 * pictures are COCO's of {@code val2017}.
 *
 * <p>A sample is a picture and a question without a text, whose choices are the caption and its
 * negative. The key is the file's name, which is also the metadata {@code subset}, and the number.
 */
public final class SugarCrepeChoices {
  private static final String EXPECTED =
      "SugarCrepe captions: an object of objects with 'filename', 'caption', 'negative_caption'";

  private SugarCrepeChoices() {}

  /** The samples of a file, or of the files of a folder. */
  public static Source read(Path choices, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        choices,
        file -> {
          Records list = RecordFile.scan(file, EXPECTED, Wanted.list("")).list("");
          return list.samples((record, place) -> {
            var captions = List.of(record.text("caption"), record.text("negative_caption"));
            var picture = pictures.coco(record.text("filename"), "");
            var metadata = record.rest();
            metadata.put("subset", place.file());
            return new Sample(
                place.file() + "-" + list.label(place.index()),
                place.origin(),
                List.of(picture, Part.Question.choice("", captions, 0)),
                metadata);
          });
        });
  }
}
