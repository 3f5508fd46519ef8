package io.vlm4j.data.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.TextHash;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What is counted in bounded memory. */
class CountingTest {
  private static Distribution of(double... values) {
    var distribution = new Distribution();
    for (double value : values) {
      distribution.add(value);
    }
    return distribution;
  }

  @Test
  void quantilesAreRightToThreeDigits() {
    var distribution = new Distribution();
    for (int i = 1; i <= 100_000; i++) {
      distribution.add(i);
    }

    assertThat(distribution.quantile(0)).isEqualTo(1);
    assertThat(distribution.quantile(0.5)).isCloseTo(50_000, Percentage.withPercentage(0.5));
    assertThat(distribution.quantile(1)).isEqualTo(100_000);
    assertThat(distribution.mean()).isCloseTo(50_000.5, within(1e-6));
    assertThat(of(0.0123456).quantile(0)).isEqualTo(0.0123);
    assertThat(of().quantile(0.5)).isZero();
  }

  @Test
  void wholeNumbersGetBarsOfWholeNumbers() {
    assertThat(of(2, 3, 3, 5).bins(10))
        .containsExactly(
            new Distribution.Bin(2, 3, 1),
            new Distribution.Bin(3, 4, 2),
            new Distribution.Bin(4, 5, 0),
            new Distribution.Bin(5, 6, 1));
    assertThat(of(24, 24).bins(10)).containsExactly(new Distribution.Bin(24, 25, 2));
  }

  @Test
  void everyValueIsInOneBar() {
    for (double[] values :
        List.of(
            new double[] {1, 10, 100, 1000, 31.4},
            new double[] {0, 5, 999_999},
            new double[] {0.5, 0.75, 2},
            new double[] {0.25, 0.25},
            new double[] {0})) {
      assertThat(of(values).bins(7).stream().mapToLong(Distribution.Bin::count).sum())
          .isEqualTo(values.length);
    }
    assertThat(of().bins(7)).isEmpty();
  }

  @Test
  void repeatsAreExactWhileThingsFitAndEstimatedAfter() {
    var few = new DistinctCount(100);
    var many = new DistinctCount(1000);
    for (int i = 0; i < 60_000; i++) {
      few.add(TextHash.of("t" + i % 50));
      many.add(TextHash.of("t" + i % 30_000));
    }

    assertThat(few.repeats()).isEqualTo(new Repeats(59_950, true));
    assertThat(many.repeats().isExact()).isFalse();
    assertThat(many.repeats().count()).isCloseTo(30_000, Percentage.withPercentage(15));
  }

  @Test
  void frequentNamesSurviveRareOnes() {
    var frequencies = new Frequencies(10);
    for (int i = 0; i < 1000; i++) {
      frequencies.add("rare" + i);
      frequencies.add("frequent");
    }

    assertThat(frequencies.most(1)).containsExactly(new Count("frequent", 1000));
  }

  @Test
  void everyThingHasTheSameChanceToBeChosen() {
    var hits = new int[10];
    var random = new SplittableRandom(1);
    for (int run = 0; run < 2000; run++) {
      var reservoir = new Reservoir<Integer>(3, random);
      for (int i = 0; i < 10; i++) {
        int place = reservoir.place();
        if (place >= 0) {
          reservoir.put(place, i);
        }
      }
      assertThat(reservoir.items()).hasSize(3).doesNotHaveDuplicates();
      reservoir.items().forEach(i -> hits[i]++);
    }

    assertThat(hits)
        .satisfies(counts -> {
          for (int count : counts) {
            assertThat(count).isBetween(500, 700); // 600 expected, five standard deviations
          }
        });
  }
}
