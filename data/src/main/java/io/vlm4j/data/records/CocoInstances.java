package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Objects in the layout of COCO's instances (arXiv 1405.0312): an object with {@code images},
 * {@code categories} ({@code id, name, supercategory}) and {@code annotations} ({@code id,
 * image_id, category_id, bbox: [x, y, width, height], area, iscrowd, segmentation}).
 *
 * <p>A sample is a picture and a region for each of its objects, labelled with the category's name;
 * its key is the picture's id. The metadata holds the picture's other fields and, as {@code
 * annotations}, the objects' other fields, one map for each region in the same order.
 */
public final class CocoInstances {
  private static final String EXPECTED =
      "COCO instances: an object with the lists 'images', 'annotations' and 'categories'";

  private CocoInstances() {}

  /**
   * The samples of an annotation file.
   *
   * @param images the folder of pictures, or the one above {@code train2017}, {@code val2017}
   */
  public static Source read(Path annotations, Path images) {
    return RecordShard.source(annotations, file -> open(file, new PictureFolder(images)));
  }

  private static List<Sample> open(Path file, PictureFolder pictures) {
    CocoFile coco = CocoFile.read(file, EXPECTED, Wanted.list("categories"));
    Map<String, String> categories = categories(coco.file().list("categories"), file);
    return coco.images()
        .samples((image, place) -> {
          String id = image.id("id");
          var parts = new ArrayList<Part>();
          parts.add(pictures.coco(image.text("file_name"), image.text("coco_url", "")));
          var others = new ArrayList<Map<String, @Nullable Object>>();
          for (Fields object : coco.annotations(id)) {
            List<Double> box = object.numbers("bbox", 4);
            String category = object.id("category_id");
            String label = categories.get(category);
            if (label == null) {
              throw new InputException("there is no category " + category);
            }
            parts.add(
                new Part.Region(
                    new Part.Box(box.get(0), box.get(1), box.get(2), box.get(3)),
                    List.of(),
                    label));
            others.add(object.rest());
          }
          var metadata = image.rest();
          metadata.put("annotations", others);
          return new Sample(id, place.origin(), parts, metadata);
        });
  }

  private static Map<String, String> categories(Records list, Path file) {
    var names = new HashMap<String, String>();
    try {
      for (int i = 0; i < list.size(); i++) {
        Fields category = list.fields(i);
        names.put(category.id("id"), category.text("name"));
      }
    } catch (InputException e) { // without categories, no record is readable
      throw new InputException(file + ": " + e.getMessage(), e);
    }
    return names;
  }
}
