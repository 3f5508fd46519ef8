package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Interleaved documents in the layout of Multimodal C4 (arXiv 2304.06939): one object a line of
 * {@code {text_list, image_info: [{image_name, raw_url, matched_text_index, matched_sim}],
 * similarity_matrix, url}}, the matrix with a row for each image and a column for each sentence.
 *
 * <p>A sample is the sentences in order, each behind the pictures that are matched to it. The
 * metadata holds the other fields, and {@code image_info} without the names, in the order of the
 * pictures; {@code similarity_matrix} keeps the file's order, which {@code image_info[i].row}
 * tells. The key is the file's name and the position.
 */
public final class Mmc4Documents {
  private static final String EXPECTED =
      "MMC4 documents: a list, or one object a line, of objects with 'text_list' and 'image_info'";

  private Mmc4Documents() {}

  /**
   * The samples of a file, or of the files of a folder.
   *
   * @param images the folder of pictures, under their {@code image_name}
   */
  public static Source read(Path documents, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        documents,
        file ->
            RecordFile.list(file, EXPECTED, "text_list")
                .samples((document, place) -> sample(document, place, pictures)));
  }

  private record Placed(Picture picture, int sentence, Map<String, @Nullable Object> others) {}

  private static Sample sample(Fields document, Records.Place place, PictureFolder pictures) {
    List<String> sentences = document.texts("text_list");
    List<Placed> placed = placed(document, sentences.size(), pictures);
    var parts = new ArrayList<Part>();
    for (int i = 0; i < sentences.size(); i++) {
      for (Placed one : placed) {
        if (one.sentence() == i) {
          parts.add(one.picture());
        }
      }
      parts.add(new Part.Text(sentences.get(i)));
    }
    var metadata = document.rest();
    metadata.put("image_info", placed.stream().map(Placed::others).toList());
    return new Sample(place.key(), place.origin(), parts, metadata);
  }

  private static List<Placed> placed(Fields document, int sentences, PictureFolder pictures) {
    var placed = new ArrayList<Placed>();
    for (Fields image : document.objects("image_info")) {
      int sentence = image.integer("matched_text_index");
      if (sentence < 0 || sentence >= sentences) {
        throw new InputException(
            "an image is matched to sentence %d of %d".formatted(sentence, sentences));
      }
      Picture picture = pictures.named(image.text("image_name"));
      var others = image.rest();
      others.put("row", (long) placed.size());
      placed.add(new Placed(picture, sentence, others));
    }
    placed.sort(Comparator.comparingInt(Placed::sentence));
    return placed;
  }
}
