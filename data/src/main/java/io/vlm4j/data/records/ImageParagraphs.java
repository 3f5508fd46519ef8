package io.vlm4j.data.records;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Pictures of Visual Genome with a paragraph each (arXiv 1611.06607), {@code paragraphs_v1.json}: a
 * list of {@code {image_id, url, paragraph}}. The splits are files of their own, lists of ids.
 *
 * <p>A sample's key is the picture's id, with its position behind it, for some pictures have two
 * paragraphs [unverified].
 */
public final class ImageParagraphs {
  private static final String EXPECTED =
      "image paragraphs: a list of objects with 'image_id' and 'paragraph'";

  private ImageParagraphs() {}

  /**
   * The samples of a file.
   *
   * @param images the folder of pictures, or the one above {@code VG_100K} and {@code VG_100K_2}
   * @param split the ids of those to take, such as {@code train_split.json}; null for all
   */
  public static Source read(Path paragraphs, Path images, @Nullable Path split) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        paragraphs,
        file -> {
          Records list = RecordFile.scan(file, EXPECTED, Wanted.list("").by("image_id")).list("");
          IntStream chosen = IntStream.range(0, list.size());
          if (split != null) {
            chosen =
                ids(split).stream()
                    .flatMap(id -> list.under(id).stream())
                    .mapToInt(Integer::intValue)
                    .sorted();
          }
          return list.samples(
              chosen.toArray(),
              (record, place) -> {
                String id = record.id("image_id");
                return Sample.pair(
                    id + "-" + place.index(),
                    place.origin(),
                    pictures.visualGenome(id),
                    List.of(record.text("paragraph")),
                    record.rest());
              });
        });
  }

  private static Set<String> ids(Path split) {
    Records list = RecordFile.scan(split, "a list of picture ids", Wanted.list("")).list("");
    var ids = new HashSet<String>();
    for (int i = 0; i < list.size(); i++) {
      JsonNode id = list.value(i);
      if (!id.isIntegralNumber()) {
        throw new InputException("%s[%d]: expected the id of a picture".formatted(split, i));
      }
      ids.add(id.numberValue().toString());
    }
    return ids;
  }
}
