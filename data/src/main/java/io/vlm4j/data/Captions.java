package io.vlm4j.data;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * What training makes of a picture's captions.
 *
 * @param principalShare how often a sample's principal text is taken; otherwise one of the others
 * @param unknownWords how often a word of a text, but for one, is made unknown: its letters are
 *     shuffled. A model that meets such words in training learns to understand a text by the words
 *     that it does know
 * @param sharedWords the share of a picture's target that goes to all texts of the batch, by the
 *     words that the captions of their samples have in common with those of its own. Without it,
 *     every other text is as wrong as any: that of another flag as that of a fruit
 */
public record Captions(double principalShare, double unknownWords, double sharedWords) {
  /** The principal text as it is, and no other is right. */
  public static final Captions PRINCIPAL = new Captions(1, 0, 0);

  /** Checks the shares. */
  public Captions {
    requireShare("principalShare", principalShare, 1);
    requireShare("unknownWords", unknownWords, Math.nextDown(1.0));
    requireShare("sharedWords", sharedWords, Math.nextDown(1.0));
  }

  private static void requireShare(String name, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new InputException(
          "%s must lie in [0, 1%s, not %s".formatted(name, most < 1 ? ")" : "]", value));
    }
  }

  /** One of a sample's texts, changed by chance. */
  String choose(Sample sample, RandomGenerator chance) {
    List<String> texts = sample.texts();
    if (texts.isEmpty()) {
      throw new InputException("the sample has no text");
    }
    int others = texts.size() - 1;
    String text =
        others == 0 || chance.nextDouble() < principalShare
            ? texts.getFirst()
            : texts.get(1 + chance.nextInt(others));
    return unknownWords == 0 ? text : withUnknownWords(text, chance);
  }

  private String withUnknownWords(String text, RandomGenerator chance) {
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

  /**
   * How well the text of each sample of a batch fits each picture: rows sum to 1, and all but
   * {@code sharedWords} is on the diagonal. The rest is shared out by the squared cosine of the
   * words of all the samples' texts, each word weighted by one over the root of one more than the
   * number of samples that have it.
   *
   * @return f32 {@code [B, B]}; the innermost scope owns it
   */
  Tensor targets(List<Sample> samples) {
    int count = samples.size();
    float[] shared = similarities(samples);
    var targets = new float[count * count];
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (int j = 0; j < count; j++) {
        sum += shared[i * count + j];
      }
      for (int j = 0; j < count; j++) {
        double part = sum == 0 ? (i == j ? 1 : 0) : shared[i * count + j] / sum;
        targets[i * count + j] = (float) (sharedWords * part + (i == j ? 1 - sharedWords : 0));
      }
    }
    return Tensors.of(targets, count, count);
  }

  private static float[] similarities(List<Sample> samples) {
    int count = samples.size();
    Map<String, List<Integer>> rowsOf = new HashMap<>();
    for (int i = 0; i < count; i++) {
      for (String word : words(samples.get(i))) {
        rowsOf.computeIfAbsent(word, _ -> new ArrayList<>()).add(i);
      }
    }
    var products = new float[count * count];
    rowsOf
        .values()
        .forEach(rows -> {
          for (int i : rows) {
            for (int j : rows) {
              products[i * count + j] += 1f / (rows.size() + 1); // the squared weight
            }
          }
        });
    var similarities = new float[count * count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        float product = products[i * count + j];
        similarities[i * count + j] =
            product * product / (products[i * count + i] * products[j * count + j]);
      }
    }
    return similarities;
  }

  private static Set<String> words(Sample sample) {
    return sample.texts().stream()
        .flatMap(text -> Arrays.stream(text.split(" ")))
        .collect(Collectors.toSet());
  }
}
