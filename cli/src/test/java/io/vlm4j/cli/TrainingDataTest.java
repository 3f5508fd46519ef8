package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Batches;
import io.vlm4j.data.Collator.Row;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import io.vlm4j.train.Recipe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingDataTest {
  private static final int SAMPLES = 256;
  private static final int BATCH = 8;

  private final long seed = Randomness.ofTest().nextLong();

  @Test
  void samplesOfAsManyPicturesAndOfSimilarLengthComeTogether() {
    Batches plain = batches(1);
    Batches grouped = batches(SAMPLES / BATCH);
    var seen = new HashSet<String>();
    long plainWaste = 0;
    long groupedWaste = 0;

    for (int step = 0; step < SAMPLES / BATCH; step++) {
      List<Row> rows = grouped.rows(step, new SkippedSamples());
      rows.forEach(row -> seen.add(row.sample().key()));
      plainWaste += padding(plain.rows(step, new SkippedSamples()));
      groupedWaste += padding(rows);
      assertThat(rows.stream().map(row -> row.sample().pictures().size()).distinct())
          .as("pictures of step %d of seed %d", step, seed)
          .hasSize(1);
    }

    assertThat(seen).as("seed %d", seed).hasSize(SAMPLES);
    assertThat(groupedWaste).as("seed %d", seed).isLessThan(plainWaste / 4);
  }

  private Batches batches(int groupByLength) {
    var changes =
        Map.of(
            "training.batchSize", Json.parse(Integer.toString(BATCH)),
            "training.seed", Json.parse(Long.toString(seed)),
            "training.groupByLength", Json.parse(Integer.toString(groupByLength)));
    return TrainingData.of(samples()).batches().apply(Recipe.demo().with(changes).training());
  }

  /** Half of them with a picture, which fill whole batches. */
  private List<Sample> samples() {
    var random = new Random(seed);
    return IntStream.range(0, SAMPLES)
        .mapToObj(i -> {
          var parts = new ArrayList<Part>();
          if (i % 2 == 0) {
            parts.add(Picture.drawn("red", () -> Pictures.plain(4, 4, 0xff0000)));
          }
          parts.add(Part.Turn.of("assistant", i + "x".repeat(random.nextInt(200))));
          return new Sample("sample " + i, "here", parts, Map.of());
        })
        .toList();
  }

  private static int padding(List<Row> rows) {
    int[] lengths =
        rows.stream()
            .mapToInt(row -> row.sample().all(Part.Turn.class).getFirst().text().length())
            .toArray();
    int longest = IntStream.of(lengths).max().orElseThrow();
    return longest * lengths.length - IntStream.of(lengths).sum();
  }
}
