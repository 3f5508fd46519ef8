package io.vlm4j.data.records;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Captions in the layout of COCO (arXiv 1504.00325): an object with {@code images} ({@code id,
 * file_name, width, height, coco_url, ...}) and {@code annotations} ({@code id, image_id,
 * caption}).
 *
 * <p>A sample is a picture with all its captions, in the file's order; its key is the picture's id.
 * The metadata holds the picture's other fields and {@code caption_ids}. Pictures without captions
 * are samples too.
 */
public final class CocoCaptions {
  private static final String EXPECTED =
      "COCO captions: an object with the lists 'images' and 'annotations'";

  private CocoCaptions() {}

  /**
   * The samples of an annotation file.
   *
   * @param images the folder of pictures, or the one above {@code train2017}, {@code val2017}
   */
  public static Source read(Path annotations, Path images) {
    return RecordShard.source(annotations, file -> open(file, new PictureFolder(images)));
  }

  private static List<Sample> open(Path file, PictureFolder pictures) {
    CocoFile coco = CocoFile.read(file, EXPECTED);
    return coco.images()
        .samples((image, place) -> {
          String id = image.id("id");
          var texts = new ArrayList<String>();
          var captionIds = new ArrayList<String>();
          for (Fields caption : coco.annotations(id)) {
            texts.add(caption.text("caption"));
            captionIds.add(caption.id("id"));
          }
          var picture = pictures.coco(image.text("file_name"), image.text("coco_url", ""));
          var metadata = image.rest();
          metadata.put("caption_ids", captionIds);
          return Sample.pair(id, place.origin(), picture, texts, metadata);
        });
  }
}
