package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import java.util.List;

/**
 * Winoground (arXiv 2204.03162): one object a line of {@code {id, image_0, image_1, caption_0,
 * caption_1, tag, secondary_tag, collapsed_tag, num_main_preds}}. The pictures' names are without
 * an ending.
 *
 * <p>A sample is the first picture, its caption, the second picture, its caption; its key is {@code
 * id}.
 */
public final class WinogroundExamples {
  private static final String EXPECTED =
      "Winoground examples: one object a line with 'image_0', 'image_1', 'caption_0', 'caption_1'";

  private WinogroundExamples() {}

  /** The samples of a file. */
  public static Source read(Path examples, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        examples,
        file ->
            RecordFile.list(file, EXPECTED, "caption_1")
                .samples((record, place) -> {
                  List<Part> parts =
                      List.of(
                          picture(pictures, record.text("image_0")),
                          new Part.Text(record.text("caption_0")),
                          picture(pictures, record.text("image_1")),
                          new Part.Text(record.text("caption_1")));
                  return new Sample(record.id("id"), place.origin(), parts, record.rest());
                }));
  }

  private static Picture picture(PictureFolder pictures, String name) {
    return pictures.named(List.of(name + ".png", name + ".jpg", name));
  }
}
