package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Scores;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import opennlp.tools.stemmer.snowball.SnowballStemmer;
import opennlp.tools.stemmer.snowball.SnowballStemmer.ALGORITHM;

/**
 * METEOR 1.5 for English (Denkowski and Lavie, WMT 2014) with its ranking parameters: words are
 * aligned, each with one of the reference; P and R are the matched shares of caption and reference,
 * in which content words weigh 0.75 and function words 0.25, exact matches 1, those of stems 0.6
 * and of synonyms 0.8; F = P R / (0.85 P + 0.15 R); the score is F (1 - 0.6 (chunks /
 * matches)^0.2), without penalty for a caption that equals its reference; that of the best
 * reference counts. The score of all is of the summed counts.
 *
 * <p>Of METEOR's four stages there are <em>exact</em>, <em>stem</em> (Snowball's English stemmer,
 * as there) and <em>synonym</em> (WordNet 3.1; there, 3.0). Its paraphrase table is not there, nor
 * its own list of function words, which it took from a corpus: that list is ours unless another is
 * given. The four numbers of its formula are those that COCO's evaluation names; the weights of the
 * stages have not been confirmed. So scores differ from those of METEOR's own program; do not put
 * them in one table.
 */
public final class Meteor {
  private static final double ALPHA = 0.85;
  private static final double BETA = 0.2;
  private static final double GAMMA = 0.6;
  private static final double DELTA = 0.75;

  private static final double EXACT = 1;
  private static final double STEM = 0.6;
  private static final double SYNONYM = 0.8;

  private final Set<String> functionWords;
  private final Function<String, Set<String>> synonyms;

  private Meteor(Set<String> functionWords, Function<String, Set<String>> synonyms) {
    this.functionWords = functionWords;
    this.synonyms = synonyms;
  }

  /** With WordNet's synonyms, and our list of English function words. */
  public static Meteor english() {
    return new Meteor(EnglishFunctionWords.ALL, WordNet.english()::synsets);
  }

  /** With other function words. */
  public Meteor withFunctionWords(Collection<String> words) {
    return new Meteor(Set.copyOf(words), synonyms);
  }

  /**
   * With other synonyms.
   *
   * @param sets the names of the sets of synonyms that a word is in, such as WordNet's synsets; two
   *     words that share one match; called from several threads
   */
  public Meteor withSynonyms(Function<String, Set<String>> sets) {
    return new Meteor(functionWords, sets);
  }

  /** Scores captions. */
  public Scores of(CaptionSet captions) {
    Map<String, String> stems = stems(captions);
    List<Counts> best =
        IntStream.range(0, captions.size())
            .parallel()
            .mapToObj(i -> best(captions.candidates().get(i), captions.references().get(i), stems))
            .toList();
    double[][] terms = new double[6][best.size()];
    for (int i = 0; i < best.size(); i++) {
      double[] own = best.get(i).terms();
      for (int t = 0; t < own.length; t++) {
        terms[t][i] = own[t];
      }
    }
    return Scores.of(
        "METEOR",
        best.stream().mapToDouble(Counts::score).toArray(),
        terms,
        (sums, _) -> Counts.score(sums));
  }

  private Counts best(
      List<String> candidate, List<List<String>> references, Map<String, String> stems) {
    Counts best = null;
    for (List<String> reference : references) {
      Counts counts = counts(candidate, reference, stems);
      best = best == null || counts.score() > best.score() ? counts : best;
    }
    return Objects.requireNonNull(best);
  }

  private Counts counts(List<String> a, List<String> b, Map<String, String> stems) {
    List<String> stemsOfA = a.stream().map(word -> stems.getOrDefault(word, word)).toList();
    List<String> stemsOfB = b.stream().map(word -> stems.getOrDefault(word, word)).toList();
    var modules = new double[a.size()][b.size()];
    var weights = new int[a.size()][b.size()];
    for (int i = 0; i < a.size(); i++) {
      for (int j = 0; j < b.size(); j++) {
        if (a.get(i).equals(b.get(j))) {
          modules[i][j] = EXACT;
          weights[i][j] = 2;
        } else if (stemsOfA.get(i).equals(stemsOfB.get(j))) {
          modules[i][j] = STEM;
          weights[i][j] = 1;
        } else if (areSynonyms(a.get(i), b.get(j))) {
          modules[i][j] = SYNONYM;
          weights[i][j] = 1;
        }
      }
    }
    Alignment alignment = Alignment.of(weights, b.size());
    double ownMatches = 0;
    double referenceMatches = 0;
    int matches = 0;
    for (int i = 0; i < a.size(); i++) {
      int j = alignment.match(i);
      if (j >= 0) {
        ownMatches += modules[i][j] * weight(a.get(i));
        referenceMatches += modules[i][j] * weight(b.get(j));
        matches++;
      }
    }
    boolean equal = matches == a.size() && matches == b.size() && alignment.chunks() == 1;
    return new Counts(
        a.stream().mapToDouble(this::weight).sum(),
        b.stream().mapToDouble(this::weight).sum(),
        ownMatches,
        referenceMatches,
        matches,
        equal ? 0 : alignment.chunks());
  }

  private boolean areSynonyms(String a, String b) {
    Set<String> sets = synonyms.apply(a);
    return !sets.isEmpty() && !Collections.disjoint(sets, synonyms.apply(b));
  }

  private double weight(String word) {
    return functionWords.contains(word) ? 1 - DELTA : DELTA;
  }

  /** Of all words, made once: the stemmer belongs to one thread. */
  private static Map<String, String> stems(CaptionSet captions) {
    var stemmer = new SnowballStemmer(ALGORITHM.ENGLISH);
    var stems = new HashMap<String, String>();
    var texts = new ArrayList<>(captions.candidates());
    captions.references().forEach(texts::addAll);
    for (List<String> text : texts) {
      for (String word : text) {
        stems.computeIfAbsent(word, w -> stemmer.stem(w).toString());
      }
    }
    return stems;
  }

  /** What a caption and its best reference add to the corpus, weighted. */
  private record Counts(
      double ownLength,
      double referenceLength,
      double ownMatches,
      double referenceMatches,
      int matches,
      int chunks) {
    double[] terms() {
      return new double[] {
        ownLength, referenceLength, ownMatches, referenceMatches, matches, chunks
      };
    }

    double score() {
      return score(terms());
    }

    static double score(double[] terms) {
      double precision = terms[2] / terms[0];
      double recall = terms[3] / terms[1];
      if (!(terms[4] > 0)) {
        return 0;
      }
      double mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall);
      return mean * (1 - GAMMA * Math.pow(terms[5] / terms[4], BETA));
    }
  }
}
