package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchOrderTest {
  private static final int BATCH = 4;

  private final long seed = Randomness.ofTest().nextLong();

  @Test
  void anEpochVisitsEverySampleOnceWhereAllTextsDiffer() {
    var order = new BatchOrder(samples("a", "b", "c", "d", "e", "f", "g", "h"), BATCH, seed);

    for (int epoch = 0; epoch < 20; epoch++) {
      assertThat(epoch(order, epoch))
          .as("epoch %d of seed %d", epoch, seed)
          .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
    }
  }

  @Test
  void anEpochVisitsEveryTextOnce() {
    List<Sample> samples = samples("a", "b", "a", "c", "a", "d", "b");
    var order = new BatchOrder(samples, BATCH, seed);
    var seen = new HashSet<Integer>();

    assertThat(order.batchesPerEpoch()).isEqualTo(1);
    for (int epoch = 0; epoch < 200; epoch++) {
      assertThat(texts(samples, order.batch(epoch)))
          .as("epoch %d of seed %d", epoch, seed)
          .containsExactlyInAnyOrder("a", "b", "c", "d");
      seen.addAll(epoch(order, epoch));
    }
    assertThat(seen)
        .as("pictures of 200 epochs of seed %d", seed)
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void noBatchHoldsTwoPicturesOfOneText() {
    var random = new Random(seed);
    List<Sample> samples =
        samples(
            IntStream.range(0, 100)
                .mapToObj(_ -> "text " + random.nextInt(40))
                .toArray(String[]::new));
    var order = new BatchOrder(samples, 16, seed);

    for (int step = 0; step < 100; step++) {
      assertThat(texts(samples, order.batch(step)))
          .as("batch %d of seed %d", step, seed)
          .hasSize(16)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void theIncompleteLastBatchOfAnEpochIsLeftOut() {
    var order = new BatchOrder(samples("a", "b", "c", "d", "e", "f", "g"), 3, seed);

    assertThat(order.batchesPerEpoch()).isEqualTo(2);
    assertThat(epoch(order, 5)).as("seed %d", seed).hasSize(6).doesNotHaveDuplicates();
  }

  @Test
  void theSameSeedGivesTheSameBatchesInWhateverOrderTheyAreAskedFor() {
    List<Sample> samples = samples("a", "b", "c", "d", "e", "f", "g", "h", "a", "b");
    var forwards = new BatchOrder(samples, BATCH, seed);
    var backwards = new BatchOrder(samples, BATCH, seed);
    var first = IntStream.range(0, 50).mapToObj(forwards::batch).toList();

    for (int step = 49; step >= 0; step--) {
      assertThat(backwards.batch(step))
          .as("batch %d of seed %d", step, seed)
          .isEqualTo(first.get(step));
      assertThat(backwards.chance(step, 2).nextLong())
          .isEqualTo(forwards.chance(step, 2).nextLong());
    }
  }

  @Test
  void epochsSeedsAndRowsDiffer() {
    String[] texts = IntStream.range(0, 64).mapToObj(i -> "text " + i).toArray(String[]::new);
    var order = new BatchOrder(samples(texts), 64, 1);

    assertThat(order.batch(0)).isNotEqualTo(order.batch(1));
    assertThat(order.batch(0)).isNotEqualTo(new BatchOrder(samples(texts), 64, 2).batch(0));
    assertThat(order.chance(0, 0).nextLong()).isNotEqualTo(order.chance(0, 1).nextLong());
    assertThat(order.chance(0, 0).nextLong()).isNotEqualTo(order.chance(1, 0).nextLong());
  }

  @Test
  void whereTextsAreFewerThanTheBatchEverySampleCounts() {
    var order = new BatchOrder(samples("cat", "dog", "cat", "dog", "cat", "dog"), 6, seed);

    assertThat(order.batch(3)).as("seed %d", seed).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 4})
  void aBatchThatTheSamplesCannotFillIsRefused(int batchSize) {
    assertThatThrownBy(() -> new BatchOrder(samples("a", "b", "c"), batchSize, 0))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "a batch of "
                + batchSize
                + " cannot be drawn from 3 samples: choose a smaller batch size");
  }

  private static List<Sample> samples(String... texts) {
    var samples = new ArrayList<Sample>();
    for (String text : texts) {
      samples.add(
          Sample.pair(
              "sample " + samples.size(),
              "here",
              Picture.drawn("plain", () -> Pictures.plain(1, 1, 0)),
              List.of(text),
              Map.of()));
    }
    return samples;
  }

  private static List<Integer> epoch(BatchOrder order, int epoch) {
    return IntStream.range(0, order.batchesPerEpoch())
        .mapToObj(batch -> order.batch((long) epoch * order.batchesPerEpoch() + batch))
        .flatMap(batch -> Arrays.stream(batch).boxed())
        .toList();
  }

  private static List<String> texts(List<Sample> samples, int[] batch) {
    return Arrays.stream(batch).mapToObj(i -> samples.get(i).text()).toList();
  }
}
