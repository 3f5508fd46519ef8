package io.vlm4j.model.masked;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.testing.Randomness;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskingTest {
  private static final int DRAWS = 2000;

  private static int count(boolean[] hidden) {
    return (int) IntStream.range(0, hidden.length).filter(i -> hidden[i]).count();
  }

  @ParameterizedTest
  @CsvSource({"14, 75, 16", "4, 6, 2", "8, 20, 4", "2, 1, 1", "3, 8, 9"})
  void neverMorePatchesAreHiddenThanWantedAndAlwaysOne(int side, int wanted, int leastBlock) {
    Random random = Randomness.ofTest();
    var masking = new BlockMasking(side, wanted, leastBlock);
    for (int i = 0; i < DRAWS; i++) {
      assertThat(count(masking.draw(random))).isBetween(1, wanted);
    }
  }

  /** Of 75, since blocks of 16 leave gaps that no further block fits into within ten tries. */
  @Test
  void nearlyAllThatIsWantedIsHidden() {
    Random random = Randomness.ofTest();
    var masking = new BlockMasking(14, 75, 16);
    double mean =
        IntStream.range(0, DRAWS).map(_ -> count(masking.draw(random))).average().orElseThrow();
    assertThat(mean).isBetween(68.0, 75.0);
  }

  @Test
  void aBlockIsARectangleOfBoundedAreaAndAspect() {
    Random random = Randomness.ofTest();
    var masking = new BlockMasking(14, 75, 16);
    var shapes = new HashSet<List<Integer>>();
    for (int i = 0; i < DRAWS; i++) {
      var hidden = new boolean[196];
      int added = masking.cover(hidden, 75, random);
      int[] at = IntStream.range(0, 196).filter(k -> hidden[k]).toArray();
      int height = 1 + range(Arrays.stream(at).map(k -> k / 14));
      int width = 1 + range(Arrays.stream(at).map(k -> k % 14));
      assertThat(height * width).isEqualTo(at.length).isEqualTo(added).isLessThanOrEqualTo(75);
      assertThat((height + 0.5) * (width + 0.5)).isGreaterThanOrEqualTo(16); // before rounding
      double most = (height + 0.5) / (width - 0.5); // before rounding to whole patches
      double least = (height - 0.5) / (width + 0.5);
      assertThat(most >= 0.3 && least <= 1 / 0.3).as("%d x %d", height, width).isTrue();
      shapes.add(List.of(height, width));
    }
    assertThat(shapes).hasSizeGreaterThan(40);
  }

  private static int range(IntStream values) {
    var statistics = values.summaryStatistics();
    return statistics.getMax() - statistics.getMin();
  }

  @Test
  void everyPatchIsHiddenNowAndThen() {
    Random random = Randomness.ofTest();
    var masking = new BlockMasking(14, 75, 16);
    var often = new int[196];
    for (int i = 0; i < DRAWS; i++) {
      boolean[] hidden = masking.draw(random);
      for (int k = 0; k < 196; k++) {
        often[k] += hidden[k] ? 1 : 0;
      }
    }
    assertThat(Arrays.stream(often).min().orElseThrow()).isGreaterThan(DRAWS / 50);
    int corner = often[0];
    int middle = often[7 * 14 + 7];
    assertThat(middle).isGreaterThan(2 * corner); // few rectangles reach into a corner
  }

  @Test
  void aMaskThatHidesAllOrNothingIsRefused() {
    assertRefused(() -> new BlockMasking(4, 16, 2), "4 x 4", "16");
    assertRefused(() -> new BlockMasking(4, 0, 2), "0");
    assertRefused(() -> new BlockMasking(4, 5, 0), "block");
    assertRefused(() -> new TokenMasking(1, 9, 10, 0), "(0, 1)");
  }

  @Test
  void tokensAreHiddenShownAndReplacedInBertsShares() {
    Random random = Randomness.ofTest();
    var masking = new TokenMasking(0.15, 1000, 1000, 0);
    int chosen = 0;
    int masked = 0;
    int kept = 0;
    int other = 0;
    int all = 0;
    for (int i = 0; i < DRAWS; i++) {
      long[] shown = random.longs(64, 1, 1000).toArray();
      long[] before = shown.clone();
      var targets = new long[64];
      masking.apply(shown, targets, 0, 64, random);
      for (int k = 1; k < 63; k++) {
        all++;
        if (targets[k] == TokenMasking.NOT_CHOSEN) {
          assertThat(shown[k]).isEqualTo(before[k]);
          continue;
        }
        assertThat(targets[k]).isEqualTo(before[k]);
        chosen++;
        masked += shown[k] == 1000 ? 1 : 0;
        kept += shown[k] == before[k] ? 1 : 0;
        other += shown[k] != 1000 && shown[k] != before[k] ? 1 : 0;
      }
    }
    assertThat(chosen / (double) all).isCloseTo(0.15, within(0.005));
    assertThat(masked / (double) chosen).isCloseTo(0.8, within(0.015));
    assertThat(kept / (double) chosen).isCloseTo(0.1, within(0.015));
    assertThat(other / (double) chosen).isCloseTo(0.1, within(0.015));
  }

  @Test
  void startEndAndPaddingAreNeverHiddenAndNoRandomTokenIsPadding() {
    Random random = Randomness.ofTest();
    var masking = new TokenMasking(0.9, 9, 10, 3);
    for (int i = 0; i < DRAWS; i++) {
      long[] shown = {7, 7, 7, 7, 1, 5, 6, 2, 3, 3}; // a text from the fourth on, padded with 3
      var targets = new long[10];
      Arrays.fill(targets, 77);
      masking.apply(shown, targets, 4, 6, random);
      assertThat(Arrays.copyOf(shown, 4)).containsExactly(7, 7, 7, 7);
      assertThat(Arrays.copyOf(targets, 4)).containsExactly(77, 77, 77, 77);
      assertThat(new long[] {shown[4], shown[7], shown[8], shown[9]}).containsExactly(1, 2, 3, 3);
      assertThat(new long[] {targets[4], targets[7], targets[8], targets[9]})
          .containsOnly(TokenMasking.NOT_CHOSEN);
      assertThat(shown[5]).isNotEqualTo(3).isBetween(0L, 9L);
      assertThat(shown[6]).isNotEqualTo(3).isBetween(0L, 9L);
    }
  }

  @Test
  void aPictureIsShownWithADifferentTextOrKeepsItsOwn() {
    Random random = Randomness.ofTest();
    long[][] texts = {{1, 2}, {1, 3}, {1, 2}, {1, 4}};
    int mismatched = 0;
    var seen = new HashSet<Long>();
    for (int i = 0; i < DRAWS; i++) {
      long[] shown = Matches.draw(texts, 0.1, random);
      for (int row = 0; row < 4; row++) {
        if (shown[row] != row) {
          mismatched++;
          assertThat(texts[(int) shown[row]]).isNotEqualTo(texts[row]);
          seen.add(4L * row + shown[row]);
        }
      }
    }
    assertThat(mismatched / (4.0 * DRAWS)).isCloseTo(0.1, within(0.012));
    assertThat(seen).hasSize(10); // all pairs but the four with equal texts, and 0 with 2, 2 with 0
    assertThat(Matches.draw(new long[][] {{1, 2}, {1, 2}}, 0.9, random)).containsExactly(0, 1);
  }
}
