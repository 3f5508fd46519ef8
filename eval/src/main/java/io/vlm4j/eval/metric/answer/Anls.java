package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Scores;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;

/**
 * Average normalised Levenshtein similarity (Biten et al., arXiv 1905.13648), the score of ST-VQA,
 * DocVQA and InfographicVQA: 1 - d with d the edit distance over the longer length, or 0 where d is
 * 0.5 or more; of the accepted answers the nearest; the mean over questions.
 *
 * <p>Texts are compared in lower case, stripped, with their inner spaces as single ones, and in
 * Unicode's composed form; an edit is one of a character, not of a UTF-16 unit.
 */
public final class Anls {
  private static final double THRESHOLD = 0.5;

  private Anls() {}

  /**
   * Scores answers.
   *
   * @param accepted the accepted answers to each question, at least one
   */
  public static Scores of(List<String> answers, List<List<String>> accepted) {
    return BestAccepted.of("ANLS", answers, accepted, Anls::of);
  }

  /** Scores an answer against one accepted answer. */
  public static double of(String answer, String accepted) {
    int[] a = characters(answer);
    int[] b = characters(accepted);
    int longer = Math.max(a.length, b.length);
    double distance = longer == 0 ? 0 : (double) edits(a, b) / longer;
    return distance < THRESHOLD ? 1 - distance : 0;
  }

  private static int[] characters(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    return plain.strip().replaceAll("\\s+", " ").codePoints().toArray();
  }

  /** Insertions, deletions and replacements from one to the other. */
  static int edits(int[] a, int[] b) {
    var row = new int[b.length + 1];
    for (int j = 0; j <= b.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length; i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length; j++) {
        int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length];
  }
}
