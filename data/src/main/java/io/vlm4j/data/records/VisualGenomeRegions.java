package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Described regions of Visual Genome (arXiv 1602.07332), {@code region_descriptions.json}: a list
 * of {@code {id, regions: [{region_id, image_id, phrase, x, y, width, height}]}}.
 *
 * <p>A sample is a picture and its regions, each with its phrase; its key is the picture's id. The
 * metadata holds, as {@code regions}, the regions' other fields in the same order.
 */
public final class VisualGenomeRegions {
  private static final String EXPECTED =
      "Visual Genome's region descriptions: a list of objects with 'id' and 'regions'";

  private VisualGenomeRegions() {}

  /**
   * The samples of a file.
   *
   * @param images the folder of pictures, or the one above {@code VG_100K} and {@code VG_100K_2}
   */
  public static Source read(Path descriptions, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        descriptions,
        file ->
            RecordFile.list(file, EXPECTED, "regions")
                .samples((image, place) -> {
                  String id = image.id("id");
                  var parts = new ArrayList<Part>();
                  parts.add(pictures.visualGenome(id));
                  var others = new ArrayList<Map<String, @Nullable Object>>();
                  for (Fields region : image.objects("regions")) {
                    parts.add(
                        new Part.Region(
                            new Part.Box(
                                region.number("x"),
                                region.number("y"),
                                region.number("width"),
                                region.number("height")),
                            List.of(region.text("phrase")),
                            ""));
                    others.add(region.rest());
                  }
                  var metadata = image.rest();
                  metadata.put("regions", others);
                  return new Sample(id, place.origin(), parts, metadata);
                }));
  }
}
