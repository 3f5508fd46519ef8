package io.vlm4j.data.records;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Captions with Karpathy's splits (arXiv 1412.2306): {@code dataset_coco.json}, {@code
 * dataset_flickr30k.json}, {@code dataset_flickr8k.json}: an object with {@code images} ({@code
 * imgid, split, filename, filepath, cocoid, sentids, sentences: [{raw, tokens, sentid}]}).
 *
 * <p>A sample is a picture with its raw sentences; its key is {@code imgid}. The tokens, which
 * follow from the sentences, are dropped; all else is metadata. COCO's {@code restval} pictures
 * belong to {@code train}, as is usual.
 */
public final class KarpathySplits {
  private static final String EXPECTED = "Karpathy's splits: an object with the list 'images'";

  private KarpathySplits() {}

  /**
   * The samples of some splits.
   *
   * @param images the folder of pictures, or for COCO the one above {@code val2014}
   * @param splits of {@code train, val, test}; empty for all
   */
  public static Source read(Path dataset, Path images, Set<String> splits) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        dataset,
        file -> {
          Records list =
              RecordFile.scan(file, EXPECTED, Wanted.list("images").by("split")).list("images");
          return list.samples(
              positions(list, splits),
              (image, place) -> {
                String key = image.id("imgid");
                Picture picture = picture(image, pictures);
                var texts = new ArrayList<String>();
                for (Fields sentence : image.objects("sentences")) {
                  texts.add(sentence.text("raw"));
                }
                return Sample.pair(key, place.origin(), picture, texts, image.rest());
              });
        });
  }

  private static int[] positions(Records list, Set<String> splits) {
    if (splits.isEmpty()) {
      return IntStream.range(0, list.size()).toArray();
    }
    return splits.stream()
        .flatMap(split -> split.equals("train") ? Stream.of(split, "restval") : Stream.of(split))
        .distinct()
        .flatMap(split -> list.under(split).stream())
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  private static Picture picture(Fields image, PictureFolder pictures) {
    String name = image.text("filename");
    String folder = image.text("filepath", "");
    return pictures.named(folder.isEmpty() ? List.of(name) : List.of(folder + "/" + name, name));
  }
}
