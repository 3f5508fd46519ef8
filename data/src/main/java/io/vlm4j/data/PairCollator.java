package io.vlm4j.data;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Batches of pictures {@code [B, 3, H, W]} with one of their captions each, {@code [B, L]}. */
public final class PairCollator implements Collator {
  private final Preprocessing preprocessing;
  private final Augmentation augmentation;
  private final Tokenizer tokenizer;
  private final double principalShare;
  private final double wordDropout;

  /**
   * A collator for training.
   *
   * @param principalShare how often a sample's principal text is taken; otherwise one of the others
   * @param wordDropout how often each word of a text is left out; one always stays
   */
  public PairCollator(
      Preprocessing preprocessing,
      Augmentation augmentation,
      Tokenizer tokenizer,
      double principalShare,
      double wordDropout) {
    this.preprocessing = preprocessing;
    this.augmentation = augmentation;
    this.tokenizer = tokenizer;
    this.principalShare = principalShare;
    this.wordDropout = wordDropout;
  }

  @Override
  public Batch collate(List<Row> rows, SkippedSamples skipped) {
    int area = 3 * preprocessing.size() * preprocessing.size();
    var pixels = new float[rows.size() * area];
    var texts = new ArrayList<String>();
    for (Row row : rows) {
      try {
        var picture = augmentation.apply(row.sample().picture().get(), preprocessing, row.chance());
        preprocessing.normalize(picture, pixels, texts.size() * area);
        texts.add(thinned(text(row.sample(), row.chance()), row.chance()));
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
      int size = preprocessing.size();
      float[] used = Arrays.copyOf(pixels, texts.size() * area);
      return new Batch()
          .put(Batch.PIXELS, Tensors.of(used, texts.size(), 3, size, size))
          .put(Batch.TOKENS, tokenizer.encode(texts));
    }
  }

  private String text(Sample sample, RandomGenerator chance) {
    int others = sample.texts().size() - 1;
    return others == 0 || chance.nextDouble() < principalShare
        ? sample.text()
        : sample.texts().get(1 + chance.nextInt(others));
  }

  /** So that the meaning of a text is not tied to the whole of it, nor to one word. */
  private String thinned(String text, RandomGenerator chance) {
    if (wordDropout == 0) {
      return text;
    }
    String[] words = text.split(" ");
    String kept =
        Arrays.stream(words)
            .filter(_ -> chance.nextDouble() >= wordDropout)
            .collect(Collectors.joining(" "));
    return kept.isEmpty() ? words[chance.nextInt(words.length)] : kept;
  }
}
