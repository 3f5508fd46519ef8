package io.vlm4j.data.records;

import io.vlm4j.data.records.RecordFile.Wanted;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What COCO's annotation files have in common: pictures, and annotations that name theirs. */
record CocoFile(RecordFile file) {
  private static final Logger LOG = LoggerFactory.getLogger(CocoFile.class);

  /** Looks through a file; {@code more} are further lists that it must have. */
  static CocoFile read(Path file, String expected, Wanted... more) {
    var wanted =
        Stream.concat(
            Stream.of(Wanted.list("images").by("id"), Wanted.list("annotations").by("image_id")),
            Stream.of(more));
    var coco = new CocoFile(RecordFile.scan(file, expected, wanted.toArray(Wanted[]::new)));
    long strangers = coco.file.list("annotations").strangersTo(coco.images());
    if (strangers > 0) {
      LOG.warn("{}: {} annotations are of pictures that are not listed", file, strangers);
    }
    return coco;
  }

  Records images() {
    return file.list("images");
  }

  /** A picture's annotations, in order. */
  List<Fields> annotations(String image) {
    Records all = file.list("annotations");
    return all.under(image).stream().map(all::fields).toList();
  }
}
