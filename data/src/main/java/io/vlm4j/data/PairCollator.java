package io.vlm4j.data;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Batches of pictures {@code [B, 3, H, W]} with one of their captions each, {@code [B, L]}. */
public final class PairCollator implements Collator {
  private final Preprocessing preprocessing;
  private final Augmentation augmentation;
  private final Tokenizer tokenizer;
  private final double principalShare;
  private final double unknownWords;

  /**
   * A collator for training.
   *
   * @param principalShare how often a sample's principal text is taken; otherwise one of the others
   * @param unknownWords how often a word of a text, but for one, is made unknown: its letters are
   *     shuffled. A model that meets such words in training learns to understand a text by the
   *     words that it does know
   */
  public PairCollator(
      Preprocessing preprocessing,
      Augmentation augmentation,
      Tokenizer tokenizer,
      double principalShare,
      double unknownWords) {
    this.preprocessing = preprocessing;
    this.augmentation = augmentation;
    this.tokenizer = tokenizer;
    this.principalShare = principalShare;
    this.unknownWords = unknownWords;
  }

  @Override
  public Batch collate(List<Row> rows, SkippedSamples skipped) {
    var pictures = new ArrayList<Pixels>(rows.size());
    var texts = new ArrayList<String>(rows.size());
    for (Row row : rows) {
      try {
        Pixels picture = row.sample().picture().pixels();
        Pixels square = augmentation.apply(picture, preprocessing, row.chance());
        texts.add(withUnknownWords(text(row.sample(), row.chance()), row.chance()));
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
      return new Batch()
          .put(Batch.PIXELS, preprocessing.toTensor(pictures))
          .put(Batch.TOKENS, tokenizer.encode(texts));
    }
  }

  private String text(Sample sample, RandomGenerator chance) {
    int others = sample.texts().size() - 1;
    return others == 0 || chance.nextDouble() < principalShare
        ? sample.text()
        : sample.texts().get(1 + chance.nextInt(others));
  }

  private String withUnknownWords(String text, RandomGenerator chance) {
    if (unknownWords == 0) {
      return text;
    }
    String[] words = text.split(" ");
    int spared = chance.nextInt(words.length);
    for (int i = 0; i < words.length; i++) {
      if (i != spared && chance.nextDouble() < unknownWords) {
        words[i] = shuffled(words[i], chance);
      }
    }
    return String.join(" ", words);
  }

  private static String shuffled(String word, RandomGenerator chance) {
    int[] letters = word.codePoints().toArray();
    for (int i = letters.length - 1; i > 0; i--) {
      int j = chance.nextInt(i + 1);
      int letter = letters[i];
      letters[i] = letters[j];
      letters[j] = letter;
    }
    return new String(letters, 0, letters.length);
  }
}
