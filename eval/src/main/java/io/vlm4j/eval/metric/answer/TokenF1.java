package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Scores;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Exact match and token F1 of SQuAD (arXiv 1606.05250): texts in lower case, without ASCII
 * punctuation, the articles a, an, the, and further spaces; F1 of their words as multisets; the
 * best of the accepted answers; the mean over questions.
 */
public final class TokenF1 {
  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");
  private static final Pattern ARTICLES = Pattern.compile("\\b(a|an|the)\\b");
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private TokenF1() {}

  /** The share of answers that equal an accepted one. */
  public static Scores exactMatch(List<String> answers, List<List<String>> accepted) {
    return BestAccepted.of(
        "exact match",
        answers,
        accepted,
        (answer, right) -> normalized(answer).equals(normalized(right)) ? 1 : 0);
  }

  /** The mean F1. */
  public static Scores f1(List<String> answers, List<List<String>> accepted) {
    return BestAccepted.of("token F1", answers, accepted, TokenF1::f1);
  }

  /** F1 of an answer and an accepted one; two empty texts have 1. */
  public static double f1(String answer, String accepted) {
    List<String> own = words(answer);
    List<String> right = words(accepted);
    if (own.isEmpty() || right.isEmpty()) {
      return own.equals(right) ? 1 : 0;
    }
    Map<String, Integer> left = new HashMap<>();
    right.forEach(word -> left.merge(word, 1, Integer::sum));
    int common = 0;
    for (String word : own) {
      common += left.merge(word, -1, Integer::sum) >= 0 ? 1 : 0;
    }
    return 2.0 * common / (own.size() + right.size());
  }

  private static List<String> words(String text) {
    String normalized = normalized(text);
    return normalized.isEmpty() ? List.of() : List.of(normalized.split(" "));
  }

  private static String normalized(String text) {
    String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    return SPACES.matcher(ARTICLES.matcher(plain).replaceAll(" ")).replaceAll(" ").strip();
  }
}
