package io.vlm4j.data;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of pictures {@code [B, 3, H, W]} with one of their captions each, {@code [B, L]}, and
 * where captions share words how well each fits each picture, {@code [B, B]}.
 */
public final class PairCollator implements Collator {
  private final Preprocessing preprocessing;
  private final Augmentation augmentation;
  private final Tokenizer tokenizer;
  private final Captions captions;

  /** A collator for training. */
  public PairCollator(
      Preprocessing preprocessing,
      Augmentation augmentation,
      Tokenizer tokenizer,
      Captions captions) {
    this.preprocessing = preprocessing;
    this.augmentation = augmentation;
    this.tokenizer = tokenizer;
    this.captions = captions;
  }

  @Override
  public Batch collate(List<Row> rows, SkippedSamples skipped) {
    var pictures = new ArrayList<Pixels>(rows.size());
    var texts = new ArrayList<String>(rows.size());
    for (Row row : rows) {
      try {
        Pixels picture = row.sample().picture().pixels();
        Pixels square = augmentation.apply(picture, preprocessing, row.chance());
        texts.add(captions.choose(row.sample(), row.chance()));
        pictures.add(square);
      } catch (InputException e) {
        skipped.add(row.sample(), e);
      }
    }
    if (texts.isEmpty()) {
      throw new InputException(
          "not one of the batch's %d samples can be used; the first: %s"
              .formatted(rows.size(), skipped.causes().values().iterator().next()));
    }
    try (var _ = new Scope()) {
      var batch =
          new Batch()
              .put(Batch.PIXELS, preprocessing.toTensor(pictures))
              .put(Batch.TOKENS, tokenizer.encode(texts));
      return captions.sharedWords() == 0
          ? batch
          : batch.put(Batch.TARGETS, captions.targets(texts));
    }
  }
}
