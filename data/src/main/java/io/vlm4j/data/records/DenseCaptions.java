package io.vlm4j.data.records;

import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Densely Captioned Images (arXiv 2312.08578): a JSON file a picture, {@code {image, short_caption,
 * extra_caption, mask_data: {<index>: {idx, label, caption, bounds: {topLeft: {x, y}, bottomRight:
 * {x, y}}, outer_mask, area, parent, requirements, mask_quality}}, summaries, negatives}}.
 *
 * <p>A sample is a picture, the short and the extra caption, and a region for each mask, with its
 * label and caption; its key is the file's name. The metadata holds {@code summaries}, {@code
 * negatives} and, as {@code masks}, each region's other fields in the same order: the tree of
 * {@code parent} and {@code requirements}, and the mask itself as base64.
 */
public final class DenseCaptions {
  private DenseCaptions() {}

  /** The samples of a folder of such files. */
  public static Source read(Path annotations, Path images) {
    var pictures = new PictureFolder(images);
    return Source.of(
        new RecordShard(
            annotations.toString(),
            () -> {
              List<Path> files = RecordShard.children(annotations, RecordShard::isJson);
              if (files.isEmpty()) {
                throw new InputException(
                    annotations
                        + ": expected Densely Captioned Images: a .json file for each picture");
              }
              return new LazyList<>(files.size(), i -> read(files.get(i), pictures));
            }));
  }

  private static Sample read(Path file, PictureFolder pictures) {
    var record = new Fields("", Json.readObject(file));
    try {
      return sample(record, file, pictures);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  private static Sample sample(Fields record, Path file, PictureFolder pictures) {
    var parts = new ArrayList<Part>();
    parts.add(pictures.named(record.text("image")));
    parts.add(new Part.Text(record.text("short_caption")));
    String extra = record.text("extra_caption", "");
    if (!extra.isBlank()) {
      parts.add(new Part.Text(extra));
    }
    var masks = new ArrayList<Map<String, @Nullable Object>>();
    for (Fields mask : record.members("mask_data").values()) {
      String caption = mask.text("caption", "");
      parts.add(
          new Part.Region(
              box(mask.object("bounds")),
              caption.isBlank() ? List.of() : List.of(caption),
              mask.text("label", "")));
      masks.add(mask.rest());
    }
    var metadata = record.rest();
    metadata.put("masks", masks);
    return new Sample(RecordShard.stem(file), file.toString(), parts, metadata);
  }

  private static Part.Box box(Fields bounds) {
    Fields start = bounds.object("topLeft");
    Fields end = bounds.object("bottomRight");
    double x = start.number("x");
    double y = start.number("y");
    return new Part.Box(x, y, end.number("x") - x, end.number("y") - y);
  }
}
