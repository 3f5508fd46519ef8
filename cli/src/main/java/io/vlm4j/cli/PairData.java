package io.vlm4j.cli;

import io.vlm4j.data.Pairs;
import io.vlm4j.data.Sample;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.model.ModelSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the columns of a table of pairs, with OpenCLIP's names. */
final class PairData {
  /** What names a data set, for the options that take one. */
  static final String PLACES =
      "A CSV or TSV with a header, JSON lines, parquet, WebDataset tars ({00000..00099}.tar), or a"
          + " folder of these or of pictures with a .txt beside each; also far away (https, s3).";

  @Option(
      names = "--csv-img-key",
      paramLabel = "COLUMN",
      description =
          "Column or key of the pictures in a table, JSON lines or parquet (default: filepath, or"
              + " another usual one).")
  private @Nullable String pictureColumn;

  @Option(
      names = "--csv-caption-key",
      paramLabel = "COLUMN",
      description = "Column or key of the captions (default: title, or another usual one).")
  private @Nullable String captionColumn;

  Columns columns() {
    Columns columns = Columns.USUAL;
    if (pictureColumn != null) {
      columns = columns.withPicture(pictureColumn);
    }
    return captionColumn == null ? columns : columns.withText(captionColumn);
  }

  /** Pictures with captions. */
  List<Sample> read(String place) {
    return Pairs.in(Sources.open(place, columns()));
  }

  /** What that model reads. */
  List<Sample> read(String place, ModelSpec<?> model) {
    if (model.readsDialogues()) {
      return Pairs.dialogues(Sources.open(place, columns()));
    }
    return Pairs.in(Sources.open(place, columns()), model.readsPictures(), model.readsTexts());
  }
}
