package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Part.Text;
import io.vlm4j.data.StreamBatches.Weighted;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardOrderTest {
  private final long seed = Randomness.ofTest().nextLong();
  private final SkippedSamples skipped = new SkippedSamples();

  @ParameterizedTest
  @CsvSource({"1, 7", "1, 1000", "2, 5", "3, 10", "7, 4"})
  void everySampleGoesToOneRankOnce(int ranks, int window) {
    Source source = source("a", 13, 0, 40, 1, 29);

    for (int epoch = 0; epoch < 3; epoch++) {
      var seen = new ArrayList<String>();
      for (int rank = 0; rank < ranks; rank++) {
        var order = new ShardOrder(source, window, seed, rank, ranks, skipped);
        assertThat(order.size()).isEqualTo(83 / ranks);
        seen.addAll(keys(order, epoch));
      }
      assertThat(seen)
          .as("epoch %d of seed %d", epoch, seed)
          .hasSize(83 / ranks * ranks)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void positionsGiveTheSameInWhateverOrderTheyAreAskedFor() {
    Source source = source("a", 13, 40, 29);
    var forwards = new ShardOrder(source, 10, seed, 0, 1, skipped);
    List<String> expected =
        LongStream.range(0, 200).mapToObj(position -> forwards.get(position).key()).toList();
    var positions = new ArrayList<>(LongStream.range(0, 200).boxed().toList());
    Collections.shuffle(positions, new Random(seed));

    var jumps = new ShardOrder(source, 10, seed, 0, 1, skipped);

    for (long position : positions) {
      assertThat(jumps.get(position).key())
          .as("position %d of seed %d", position, seed)
          .isEqualTo(expected.get((int) position));
    }
  }

  @Test
  void epochsAndSeedsDiffer() {
    Source source = source("a", 50, 50);
    var order = new ShardOrder(source, 100, 1, 0, 1, skipped);

    assertThat(keys(order, 0)).isNotEqualTo(keys(order, 1));
    assertThat(keys(order, 0)).isNotEqualTo(keys(new ShardOrder(source, 100, 2, 0, 1, skipped), 0));
  }

  @Test
  void fewShardsAreOpenAtATime() {
    var opened = new AtomicInteger();
    var shards = new ArrayList<Shard>();
    for (int i = 0; i < 50; i++) {
      Shard inner = Shard.of("s" + i, samples("s" + i + "-", 20));
      shards.add(
          new Shard() {
            @Override
            public String name() {
              return inner.name();
            }

            @Override
            public int size() {
              return inner.size();
            }

            @Override
            public List<Sample> open() {
              opened.incrementAndGet();
              return inner.open();
            }
          });
    }
    var order = new ShardOrder(new Source("many", shards), 40, seed, 0, 1, skipped);

    keys(order, 0);

    // A window of 40 touches two or three shards of 20, each window once.
    assertThat(opened.get()).as("seed %d", seed).isLessThanOrEqualTo(3 * 1000 / 40);
  }

  @Test
  void aShardThatCannotBeCountedIsLeftOutAndNamed() {
    Shard broken =
        new Shard() {
          @Override
          public String name() {
            return "broken.tar";
          }

          @Override
          public int size() {
            throw new InputException("broken.tar: not a tar");
          }

          @Override
          public List<Sample> open() {
            throw new InputException("broken.tar: not a tar");
          }
        };
    Shard whole = Shard.of("whole.tar", samples("s", 3));

    var order = new ShardOrder(new Source("two", List.of(broken, whole)), 10, seed, 0, 1, skipped);

    assertThat(keys(order, 0)).containsExactlyInAnyOrder("s0", "s1", "s2");
    assertThat(skipped.causes()).containsEntry("broken.tar", "broken.tar: not a tar");
  }

  @Test
  void moreRanksThanSamplesAreRefused() {
    assertThatThrownBy(() -> new ShardOrder(source("few", 2), 10, seed, 0, 3, skipped))
        .isInstanceOf(InputException.class)
        .hasMessage("few: fewer samples than the 3 processes that share them");
  }

  @Test
  void withReplacementShardsAreDrawnEvenlyAndEveryPositionStaysTheSame() {
    int shards = 20;
    var sizes = new int[shards];
    Arrays.fill(sizes, 5);
    Source source = source("a", sizes);
    var order = new ShardOrder(source, 7, seed, 0, 1, true, skipped);
    var again = new ShardOrder(source, 7, seed, 0, 1, true, skipped);
    var times = new HashMap<String, Integer>();
    int epochs = 200;

    assertThat(order.size()).isEqualTo(100);
    boolean repeats = false;
    for (int epoch = 0; epoch < epochs; epoch++) {
      List<String> keys = keys(order, epoch);
      repeats |= new HashSet<>(keys).size() < keys.size();
      keys.forEach(key -> times.merge(key, 1, Integer::sum));
    }

    assertThat(repeats).as("seed %d", seed).isTrue();
    // 4000 draws of 20 shards: 200 each, with a deviation of 14.
    assertThat(times).as("seed %d", seed).hasSize(100);
    assertThat(times.values()).as("seed %d", seed).allMatch(count -> count > 115 && count < 285);
    for (long position : new long[] {12_345, 3, 19_999, 777}) {
      assertThat(again.get(position).key()).isEqualTo(order.get(position).key());
    }
  }

  @Test
  void withReplacementRanksHaveEquallyManySamples() {
    Source source = source("a", 3, 0, 8, 2);

    for (int rank = 0; rank < 2; rank++) {
      var order = new ShardOrder(source, 4, seed, rank, 2, true, skipped);
      assertThat(order.size()).isEqualTo(6);
      assertThat(keys(order, 0)).hasSize(6);
      assertThat(keys(order, 1)).isNotEqualTo(keys(order, 0));
    }
  }

  @Test
  void sourcesAreMixedByWeight() {
    var batches =
        new StreamBatches(
            List.of(
                new Weighted(new ShardOrder(source("a", 100), 50, seed, 0, 1, skipped), 3),
                new Weighted(new ShardOrder(source("b", 10, 10), 50, seed, 0, 1, skipped), 1)),
            10,
            seed);
    var counts = new int[2];

    for (int step = 0; step < 100; step++) {
      var rows = batches.rows(step, skipped);
      assertThat(rows).hasSize(10);
      rows.forEach(row -> counts[row.sample().key().startsWith("a") ? 0 : 1]++);
      assertThat(counts[0])
          .isCloseTo(10 * (step + 1) * 3 / 4, org.assertj.core.data.Offset.offset(1));
    }
    assertThat(counts).containsExactly(750, 250);
    assertThat(batches.batchesPerEpoch()).isEqualTo(12);
  }

  @Test
  void aDamagedRecordIsSkippedAndNamed() {
    List<Sample> samples = samples("s", 8);
    List<Sample> damaged =
        new java.util.AbstractList<>() {
          @Override
          public Sample get(int i) {
            if (i == 3) {
              throw new InputException("s.tar/s3: not a picture");
            }
            return samples.get(i);
          }

          @Override
          public int size() {
            return samples.size();
          }
        };
    var order = new ShardOrder(Source.of(Shard.of("s.tar", damaged)), 8, seed, 0, 1, skipped);
    var batches = new StreamBatches(List.of(new Weighted(order, 1)), 8, seed);

    assertThat(batches.rows(0, skipped)).hasSize(7);
    assertThat(skipped.causes()).containsKey("s.tar/s3: not a picture");
  }

  @Test
  void batchesOfSimilarLengthHoldTheSameSamples() {
    var order = new ShardOrder(source("a", 64), 64, seed, 0, 1, skipped);
    Batches plain = new StreamBatches(List.of(new Weighted(order, 1)), 8, seed);
    Batches packed =
        new LengthBatches(plain, sample -> Integer.parseInt(sample.key().substring(2)), 4, seed);
    var all = new HashSet<String>();

    for (int group = 0; group < 2; group++) {
      var expected = new HashSet<String>();
      var found = new HashSet<String>();
      for (int step = 4 * group; step < 4 * group + 4; step++) {
        plain.rows(step, skipped).forEach(row -> expected.add(row.sample().key()));
        int[] lengths =
            packed.rows(step, skipped).stream()
                .peek(row -> found.add(row.sample().key()))
                .mapToInt(row -> Integer.parseInt(row.sample().key().substring(2)))
                .sorted()
                .toArray();
        assertThat(lengths).as("step %d of seed %d", step, seed).hasSize(8);
      }
      assertThat(found).as("seed %d", seed).isEqualTo(expected);
      all.addAll(found);
    }
    assertThat(all).hasSize(64);
  }

  private static List<String> keys(ShardOrder order, long epoch) {
    return LongStream.range(epoch * order.size(), (epoch + 1) * order.size())
        .mapToObj(position -> order.get(position).key())
        .toList();
  }

  private static Source source(String name, int... sizes) {
    var shards = new ArrayList<Shard>();
    int from = 0;
    for (int size : sizes) {
      int start = from;
      shards.add(
          Shard.of(
              name + shards.size(),
              IntStream.range(start, start + size).mapToObj(i -> sample(name + "-" + i)).toList()));
      from += size;
    }
    return new Source(name, shards);
  }

  private static List<Sample> samples(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> sample(prefix + i)).toList();
  }

  private static Sample sample(String key) {
    return new Sample(key, key, List.of(new Text(key)), Map.of());
  }
}
