package io.vlm4j.data;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batches of pictures {@code [B, 3, H, W]} with one of their captions each, {@code [B, L]}, and
 * where captions share words how well each fits each picture, {@code [B, B]}; or of one of the two
 * alone.
 */
public final class PairCollator implements Collator {
  private final @Nullable Preprocessing preprocessing;
  private final Augmentation augmentation;
  private final @Nullable Tokenizer tokenizer;
  private final Captions captions;

  /**
   * A collator for training.
   *
   * @param preprocessing null to leave pictures out
   * @param tokenizer null to leave texts out
   */
  public PairCollator(
      @Nullable Preprocessing preprocessing,
      Augmentation augmentation,
      @Nullable Tokenizer tokenizer,
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
    var used = new ArrayList<Sample>(rows.size());
    for (Row row : rows) {
      try {
        Pixels square = preprocessing == null ? null : square(preprocessing, row);
        if (tokenizer != null) {
          texts.add(captions.choose(row.sample(), row.chance()));
        }
        if (square != null) {
          pictures.add(square);
        }
        used.add(row.sample());
      } catch (InputException e) {
        skipped.add(row.sample(), e);
      }
    }
    if (used.isEmpty()) {
      throw new InputException(
          "not one of the batch's %d samples can be used; the first: %s"
              .formatted(rows.size(), skipped.causes().values().iterator().next()));
    }
    try (var _ = new Scope()) {
      var batch = new Batch();
      if (preprocessing != null) {
        batch.put(Batch.PIXELS, preprocessing.toTensor(pictures));
      }
      if (tokenizer != null) {
        batch.put(Batch.TOKENS, tokenizer.encode(texts));
        if (captions.sharedWords() > 0) {
          batch.put(Batch.TARGETS, captions.targets(used));
        }
      }
      return batch;
    }
  }

  private Pixels square(Preprocessing how, Row row) {
    return augmentation.apply(row.sample().picture().pixels(), how, row.chance());
  }
}
