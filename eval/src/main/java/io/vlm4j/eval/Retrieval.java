package io.vlm4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * Finding texts for pictures and pictures for texts: at which rank the first right one comes.
 *
 * <p>A right answer has the same text. Where several answers have one score, the right one is
 * ranked last among them: a model that gives everything the same score finds nothing.
 */
public final class Retrieval {
  private static final int[] DEPTHS = {1, 5, 10};

  private final float[][] images;
  private final float[][] texts;
  private final List<String> imageTexts;
  private final List<String> candidates;

  /**
   * A gallery of pictures and texts.
   *
   * @param images unit vectors of the pictures
   * @param imageTexts the right text of each
   * @param texts unit vectors of the candidate texts
   * @param candidates the candidate texts, all different
   */
  public Retrieval(
      float[][] images, List<String> imageTexts, float[][] texts, List<String> candidates) {
    this.images = images;
    this.imageTexts = imageTexts;
    this.texts = texts;
    this.candidates = candidates;
  }

  /**
   * Recalls both ways by OpenCLIP's names: {@code image_to_text_R@1}, {@code _R@5}, {@code _R@10},
   * {@code _mean_rank}, {@code _median_rank}, and {@code text_to_image_...}.
   */
  public SequencedMap<String, Double> metrics() {
    var metrics = new LinkedHashMap<String, Double>();
    metrics.putAll(recalls("image_to_text", ranks(images, imageTexts, texts, candidates)));
    metrics.putAll(recalls("text_to_image", ranks(texts, candidates, images, imageTexts)));
    return metrics;
  }

  /** The share of ranks (from 0) within each depth, and their mean and median (from 1). */
  static SequencedMap<String, Double> recalls(String name, int[] ranks) {
    var metrics = new LinkedHashMap<String, Double>();
    for (int depth : DEPTHS) {
      long hits = Arrays.stream(ranks).filter(rank -> rank < depth).count();
      metrics.put(name + "_R@" + depth, (double) hits / ranks.length);
    }
    metrics.put(name + "_mean_rank", Arrays.stream(ranks).average().orElse(0) + 1);
    int[] sorted = Arrays.stream(ranks).sorted().toArray();
    int middle = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    metrics.put(name + "_median_rank", middle + 1.0);
    return metrics;
  }

  private static int[] ranks(
      float[][] queries, List<String> queryTexts, float[][] answers, List<String> answerTexts) {
    var right = new HashMap<String, List<Integer>>();
    for (int i = 0; i < answerTexts.size(); i++) {
      right.computeIfAbsent(answerTexts.get(i), _ -> new ArrayList<>()).add(i);
    }
    return IntStream.range(0, queries.length)
        .filter(i -> right.containsKey(queryTexts.get(i)))
        .parallel()
        .map(i ->
            rank(scores(queries[i], answers), right.getOrDefault(queryTexts.get(i), List.of())))
        .toArray();
  }

  private static int rank(float[] scores, List<Integer> right) {
    float best = Float.NEGATIVE_INFINITY;
    for (int i : right) {
      best = Math.max(best, scores[i]);
    }
    int rank = 0; // "not below" rather than "at least", so that a NaN never helps
    for (float score : scores) {
      rank += score < best ? 0 : 1;
    }
    for (int i : right) {
      rank -= scores[i] < best ? 0 : 1;
    }
    return rank;
  }

  /** An answer and its score. */
  public record Found(int index, double score) {}

  /** The best answers to a query, the best first. */
  public static List<Found> best(float[] query, float[][] answers, int count) {
    float[] scores = scores(query, answers);
    return IntStream.range(0, answers.length)
        .mapToObj(i -> new Found(i, scores[i]))
        .sorted(Comparator.comparingDouble(Found::score).reversed())
        .limit(count)
        .toList();
  }

  /** Cosines of a unit vector with others. */
  static float[] scores(float[] query, float[][] answers) {
    var scores = new float[answers.length];
    for (int i = 0; i < answers.length; i++) {
      float sum = 0;
      for (int d = 0; d < query.length; d++) {
        sum += query[d] * answers[i][d];
      }
      scores[i] = sum;
    }
    return scores;
  }

  /** The pictures' vectors. */
  public float[][] images() {
    return images;
  }

  /** The candidate texts' vectors. */
  public float[][] texts() {
    return texts;
  }

  /** The candidate texts. */
  public List<String> candidates() {
    return candidates;
  }
}
