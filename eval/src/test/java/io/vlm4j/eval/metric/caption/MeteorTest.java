package io.vlm4j.eval.metric.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.testing.Randomness;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Expected values are worked out by hand from the formulas of METEOR 1.5. */
class MeteorTest {
  private static double meteor(String candidate, String... references) {
    return Meteor.english()
        .of(
            new CaptionSet(
                List.of("1"),
                List.of(List.of(candidate.split(" "))),
                List.of(Stream.of(references).map(r -> List.of(r.split(" "))).toList())))
        .overall();
  }

  private static double score(double precision, double recall, double chunks, double matches) {
    double mean = precision * recall / (0.85 * precision + 0.15 * recall);
    return mean * (1 - 0.6 * Math.pow(chunks / matches, 0.2));
  }

  @Test
  void aCaptionThatEqualsAReferenceHasOne() {
    assertThat(meteor("a dog runs", "two cats", "a dog runs")).isCloseTo(1, within(1e-12));
  }

  @Test
  void contentWordsWeighThreeTimesAsMuchAsFunctionWords() {
    // "the" of "the dog" matches "the" of "the cat": 0.25 of 0.25 + 0.75 on both sides.
    assertThat(meteor("the dog", "the cat")).isCloseTo(score(0.25, 0.25, 1, 1), within(1e-12));
    // "dog" of "the dog" matches in "a dog".
    assertThat(meteor("the dog", "a dog")).isCloseTo(score(0.75, 0.75, 1, 1), within(1e-12));
  }

  @Test
  void stemsMatchForLess() {
    // dogs/dog at 0.6, running/runs at 0.6; one chunk of all words of both sides: no penalty.
    assertThat(meteor("dogs running", "dog runs")).isCloseTo(0.6, within(1e-12));
  }

  @Test
  void recallCountsMoreThanPrecision() {
    // content words only; "dog grass" of "dog cat grass"
    assertThat(meteor("dog grass", "dog cat grass"))
        .isCloseTo(score(1, 2 / 3.0, 2, 2), within(1e-12));
    assertThat(meteor("dog cat grass", "dog grass"))
        .isCloseTo(score(2 / 3.0, 1, 2, 2), within(1e-12));
  }

  @Test
  void ofAllAlignmentsTheOneWithFewestChunksCounts() {
    // The caption's only "the" may stand for either of the reference's: with the second, "the dog
    // barked" is one chunk.
    double matched = 0.25 + 2 * 0.75;
    double recall = matched / (2 * 0.25 + 4 * 0.75);
    assertThat(meteor("the dog barked", "the man saw the dog barked"))
        .isCloseTo(score(1, recall, 1, 3), within(1e-12));
  }

  @Test
  void exactMatchesGoBeforeStems() {
    // "run" may stand for "runs" (stem) or "run" (exact).
    assertThat(meteor("run", "runs run")).isCloseTo(score(1, 0.5, 1, 1), within(1e-12));
  }

  @Test
  void theCorpusIsScoredFromItsCounts() {
    var captions =
        new CaptionSet(
            List.of("1", "2"),
            List.of(List.of("dog", "cat"), List.of("horse", "tree")),
            List.of(List.of(List.of("dog", "bird")), List.of(List.of("horse", "tree", "house"))));

    // 3 of 4 words against 3 of 5; two chunks, of 3 matches.
    assertThat(Meteor.english().of(captions).overall())
        .isCloseTo(score(3 / 4.0, 3 / 5.0, 2, 3), within(1e-12));
  }

  @Test
  void noAlignmentIsBetterThanTheOneFound() {
    Random random = Randomness.ofTest();
    for (int round = 0; round < 300; round++) {
      int words = 1 + random.nextInt(6);
      int length = 1 + random.nextInt(6);
      var weights = new int[words][length];
      for (int[] row : weights) {
        for (int j = 0; j < length; j++) {
          row[j] = random.nextInt(5) < 2 ? 1 + random.nextInt(2) : 0;
        }
      }
      Alignment found = Alignment.of(weights, length);

      int[] matches = IntStream.range(0, words).map(found::match).toArray();
      assertThat(cost(weights, matches)).isEqualTo(best(weights, length, new int[words], 0));
      assertThat(found.chunks()).isEqualTo(chunks(matches));
    }
  }

  /** By trying all: weight first, then chunks, then distance, in one number. */
  private static long best(int[][] weights, int length, int[] matches, int word) {
    if (word == weights.length) {
      return cost(weights, matches);
    }
    matches[word] = -1;
    long best = best(weights, length, matches, word + 1);
    for (int j = 0; j < length; j++) {
      int position = j;
      if (weights[word][j] > 0 && IntStream.range(0, word).noneMatch(i -> matches[i] == position)) {
        matches[word] = j;
        best = Math.min(best, best(weights, length, matches, word + 1));
      }
    }
    return best;
  }

  private static long cost(int[][] weights, int[] matches) {
    long weight = 0;
    long distance = 0;
    for (int i = 0; i < matches.length; i++) {
      if (matches[i] >= 0) {
        weight += weights[i][matches[i]];
        distance += Math.abs(i - matches[i]);
      }
    }
    return -weight * 1_000_000 + chunks(matches) * 1_000L + distance;
  }

  private static int chunks(int[] matches) {
    int chunks = 0;
    for (int i = 0; i < matches.length; i++) {
      boolean goesOn = i > 0 && matches[i - 1] >= 0 && matches[i] == matches[i - 1] + 1;
      chunks += matches[i] >= 0 && !goesOn ? 1 : 0;
    }
    return chunks;
  }
}
