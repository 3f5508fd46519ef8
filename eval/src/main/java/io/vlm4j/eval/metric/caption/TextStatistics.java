package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What can be said of generated texts without references: how long they are, and how much they
 * repeat themselves and one another.
 */
public final class TextStatistics {
  private TextStatistics() {}

  /** The number of words of each text; the score of all is the mean. */
  public static Scores lengths(List<List<String>> texts) {
    return Scores.mean("length", texts.stream().mapToDouble(List::size).toArray());
  }

  /**
   * Distinct-n (Li et al., arXiv 1510.03055): different n-grams of all texts together, over
   * n-grams. Falls as texts become more, so compare sets of one size.
   *
   * @param n 1 to 4
   */
  public static double distinct(List<List<String>> texts, int n) {
    Checks.atLeast("distinct-n", "n", 1, n);
    Checks.atLeast("distinct-n", "4 - n", 0, NGram.MOST - n);
    var different = new HashSet<NGram>();
    long all = 0;
    for (List<String> text : texts) {
      all += Math.max(0, text.size() - n + 1);
      NGram.counts(text, n).keySet().stream().filter(g -> g.order() == n).forEach(different::add);
    }
    return all == 0 ? 0 : (double) different.size() / all;
  }

  /**
   * Self-BLEU-1 to -4 (Zhu et al., arXiv 1802.01886): BLEU of each text with all others as its
   * references, as {@link Bleu} counts; the mean over texts. High where texts are alike. Costs as
   * much as counting n-grams, since of each n-gram only the two highest counts are kept.
   */
  public static List<Scores> selfBleu(List<List<String>> texts) {
    Checks.atLeast("self-BLEU", "the number of texts", 2, texts.size());
    var counts = texts.stream().map(text -> NGram.counts(text, NGram.MOST)).toList();
    Map<NGram, Most> most = most(counts);
    var lengths = new TreeMap<Integer, Integer>();
    texts.forEach(text -> lengths.merge(text.size(), 1, Integer::sum));
    List<Bleu.Counts> each =
        IntStream.range(0, texts.size())
            .parallel()
            .mapToObj(i -> {
              var others = new HashMap<NGram, Integer>();
              counts
                  .get(i)
                  .keySet()
                  .forEach(gram -> others.put(gram, most.getOrDefault(gram, Most.NONE).without(i)));
              int length = texts.get(i).size();
              return Bleu.Counts.of(counts.get(i), length, others, nearest(length, lengths));
            })
            .toList();
    return Bleu.of(each, "self-BLEU").stream()
        .map(scores -> Scores.mean(scores.name(), scores.each()))
        .toList();
  }

  /** The length of another text that is nearest to one of {@code length}, the shorter of two. */
  private static int nearest(int length, TreeMap<Integer, Integer> lengths) {
    return Bleu.Counts.nearest(
        length,
        lengths.entrySet().stream()
            .filter(entry -> entry.getKey() != length || entry.getValue() > 1)
            .mapToInt(Map.Entry::getKey));
  }

  private static Map<NGram, Most> most(List<Map<NGram, Integer>> counts) {
    var most = new HashMap<NGram, Most>();
    for (int i = 0; i < counts.size(); i++) {
      int text = i;
      counts
          .get(i)
          .forEach((gram, count) ->
              most.merge(gram, new Most(text, count, 0), (old, added) -> old.and(text, count)));
    }
    return most;
  }

  /** The highest count of an n-gram in a text, whose it is, and the highest in another. */
  private record Most(int text, int count, int next) {
    static final Most NONE = new Most(-1, 0, 0);

    Most and(int other, int otherCount) {
      return otherCount > count
          ? new Most(other, otherCount, count)
          : new Most(text, count, Math.max(next, otherCount));
    }

    int without(int self) {
      return self == text ? next : count;
    }
  }
}
