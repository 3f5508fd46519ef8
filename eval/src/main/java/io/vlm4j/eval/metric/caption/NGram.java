package io.vlm4j.eval.metric.caption;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One to four words in a row.
 *
 * @param first a word; the others are empty where there are fewer
 */
record NGram(String first, String second, String third, String fourth) {
  /** The longest that there are. */
  static final int MOST = 4;

  /** How many words it has. */
  int order() {
    return fourth.isEmpty() ? third.isEmpty() ? second.isEmpty() ? 1 : 2 : 3 : 4;
  }

  /** How often each n-gram of up to {@code most} words occurs. */
  static Map<NGram, Integer> counts(List<String> words, int most) {
    var counts = new HashMap<NGram, Integer>(words.size() * most * 2);
    for (int from = 0; from < words.size(); from++) {
      for (int order = 1; order <= most && from + order <= words.size(); order++) {
        counts.merge(at(words, from, order), 1, Integer::sum);
      }
    }
    return counts;
  }

  private static NGram at(List<String> words, int from, int order) {
    return new NGram(
        words.get(from),
        order > 1 ? words.get(from + 1) : "",
        order > 2 ? words.get(from + 2) : "",
        order > 3 ? words.get(from + 3) : "");
  }
}
