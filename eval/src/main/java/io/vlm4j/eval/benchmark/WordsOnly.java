package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Chance;
import io.vlm4j.image.Pixels;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Someone who cannot see, and prefers whatever sounds more usual: a bigram model of captions, whose
 * score of a text is the mean log-probability of its words and its end. What it scores above chance
 * on a benchmark, the texts alone give away (VisualGPTScore's P(t), arXiv 2306.01879).
 *
 * <p>Where two texts are as usual as each other it guesses, the same at every picture: by a hash,
 * of less weight than any difference that means something.
 *
 * <p>P(w | v) = (n(v w) + m P(w)) / (n(v) + m) with m = 2 and P(w) = (n(w) + 1) / (N + V), so that
 * no word is impossible.
 */
public final class WordsOnly implements Examinee {
  private static final double MASS = 2;
  private static final float GUESS = 1e-4f;
  private static final String START = "<s>";
  private static final String END = "</s>";

  private final Map<String, Integer> words = new HashMap<>();
  private final Map<String, Integer> pairs = new HashMap<>();
  private final Map<String, Integer> befores = new HashMap<>();
  private long total;

  /** Learns from captions; from none it prefers nothing but what repeats few words. */
  public WordsOnly(Collection<String> captions) {
    for (String caption : captions) {
      String before = START;
      for (String word : words(caption)) {
        words.merge(word, 1, Integer::sum);
        pairs.merge(before + " " + word, 1, Integer::sum);
        befores.merge(before, 1, Integer::sum);
        total++;
        before = word;
      }
    }
  }

  @Override
  public String name() {
    return "words only";
  }

  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.EMBED);
  }

  /** All alike. */
  @Override
  public float[][] pictureVectors(List<Pixels> pictures) {
    var rows = new float[pictures.size()][];
    Arrays.fill(rows, new float[] {1, GUESS});
    return rows;
  }

  @Override
  public float[][] textVectors(List<String> texts) {
    return texts.stream()
        .map(text -> new float[] {(float) logProbability(text), guess(text)})
        .toArray(float[][]::new);
  }

  /** Between 0 and 1. */
  private static float guess(String text) {
    return (Chance.mix(text.hashCode()) >>> 40) * 0x1p-24f;
  }

  /** Those of a class's first prompt: there are no directions to average. */
  @Override
  public float[][] classVectors(List<List<String>> prompts) {
    return prompts.stream().map(some -> textVectors(some.subList(0, 1))[0]).toArray(float[][]::new);
  }

  /** The mean over a text's words and its end. */
  double logProbability(String text) {
    double sum = 0;
    String before = START;
    String[] words = words(text);
    for (String word : words) {
      double alone = (this.words.getOrDefault(word, 0) + 1.0) / (total + this.words.size() + 1.0);
      double together = pairs.getOrDefault(before + " " + word, 0) + MASS * alone;
      sum += Math.log(together / (befores.getOrDefault(before, 0) + MASS));
      before = word;
    }
    return sum / words.length;
  }

  private static String[] words(String text) {
    return (text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip() + " " + END)
        .strip()
        .split(" ");
  }
}
