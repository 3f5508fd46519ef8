package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * The tests of ARO (arXiv 2210.01936). Relation and attribution, {@code
 * visual_genome_relation.json} and {@code visual_genome_attribution.json}, are lists of {@code
 * {image_path, bbox_x, bbox_y, bbox_w, bbox_h, true_caption, false_caption, relation_name |
 * attributes, ...}}. Order is a list of {@code {image, caption_options}}, the true caption first;
 * its authors make these options from COCO's and Flickr30k's captions while they run and publish no
 * file of them, so the file's form is ours.
 *
 * <p>A sample is a picture and a question without a text, whose choices are the captions: false
 * then true for relation and attribution, whose picture is cut to the box; true first for order.
 * The key is the file's name and the position.
 */
public final class AroChoices {
  private static final String EXPECTED =
      "ARO relations or attributions: a list of objects with 'true_caption' and 'false_caption'";
  private static final String ORDERS =
      "ARO orders: a list of objects with 'image' and 'caption_options'";

  private AroChoices() {}

  /** The samples of a file of relations or attributions. */
  public static Source read(Path choices, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        choices,
        file ->
            RecordFile.list(file, EXPECTED, "true_caption")
                .samples((record, place) -> {
                  var box =
                      new Part.Box(
                          record.number("bbox_x"),
                          record.number("bbox_y"),
                          record.number("bbox_w"),
                          record.number("bbox_h"));
                  Picture picture = cut(pictures.named(record.text("image_path")), box);
                  var captions = List.of(record.text("false_caption"), record.text("true_caption"));
                  var metadata = record.rest();
                  metadata.put("bbox", List.of(box.x(), box.y(), box.width(), box.height()));
                  return new Sample(
                      place.key(),
                      place.origin(),
                      List.of(picture, Part.Question.choice("", captions, 1)),
                      metadata);
                }));
  }

  /** The samples of a file of orders. */
  public static Source readOrders(Path choices, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        choices,
        file ->
            RecordFile.list(file, ORDERS, "caption_options")
                .samples((record, place) -> {
                  List<String> captions = record.texts("caption_options");
                  if (captions.size() < 2) {
                    throw record.expected("caption_options", "at least two captions");
                  }
                  var parts =
                      List.of(
                          pictures.named(record.text("image")),
                          Part.Question.choice("", captions, 0));
                  return new Sample(place.key(), place.origin(), parts, record.rest());
                }));
  }

  private static Picture cut(Picture whole, Part.Box box) {
    return Picture.drawn(whole.name(), () -> cut(whole.name(), whole.pixels(), box));
  }

  /** What of the picture is in the box; boxes reach beyond it now and then. */
  private static Pixels cut(String name, Pixels picture, Part.Box box) {
    int left = Math.clamp(Math.round(box.x()), 0, picture.width());
    int top = Math.clamp(Math.round(box.y()), 0, picture.height());
    int right = Math.clamp(Math.round(box.x() + box.width()), left, picture.width());
    int bottom = Math.clamp(Math.round(box.y() + box.height()), top, picture.height());
    if (left == right || top == bottom) {
      throw new InputException(name + ": nothing of the picture is in its box " + box);
    }
    return picture.over(0, 0, 0).crop(left, top, right - left, bottom - top);
  }
}
