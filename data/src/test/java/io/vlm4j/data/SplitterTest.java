package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.io.InputException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitterTest {
  private static SequencedMap<String, Double> parts(double train, double test) {
    var parts = new LinkedHashMap<String, Double>();
    parts.put("train", train);
    parts.put("test", test);
    return parts;
  }

  /** Samples of which two each share a photo. */
  private static Source source(int count) {
    return Source.of(
        Shard.of(
            "test",
            IntStream.range(0, count)
                .mapToObj(i ->
                    new Sample(
                        "k" + i,
                        "test:" + i,
                        List.of(new Part.Text("text " + i % 10)),
                        Map.of("photo", i / 2)))
                .toList()));
  }

  private static Map<String, String> partsOf(Splitter splitter, Source source) {
    var found = new HashMap<String, String>();
    var skipped = new SkippedSamples();
    splitter
        .split(source, Long.MAX_VALUE, false, skipped)
        .forEach((part, samples) ->
            samples.stream(skipped).forEach(sample -> found.put(sample.key(), part)));
    assertThat(skipped.causes()).isEmpty();
    return found;
  }

  @Test
  void everySampleIsInOnePartAndThePartsHaveTheirShares() {
    var found = partsOf(new Splitter(parts(0.8, 0.2), Splitter.KEY, 0), source(10_000));

    assertThat(found).hasSize(10_000);
    double share = found.values().stream().filter("test"::equals).count() / 10_000.0;
    assertThat(share).isCloseTo(0.2, within(0.02)); // five standard deviations
  }

  @Test
  void samplesOfAGroupStayTogether() {
    var found = partsOf(new Splitter(parts(0.5, 0.5), "photo", 7), source(100));

    for (int i = 0; i < 100; i += 2) {
      assertThat(found.get("k" + i)).isEqualTo(found.get("k" + (i + 1)));
    }
    assertThat(found.values()).contains("train", "test");
  }

  @Test
  void addingSamplesMovesNone() {
    var splitter = new Splitter(parts(0.5, 0.5), Splitter.KEY, 0);

    assertThat(partsOf(splitter, source(200))).containsAllEntriesOf(partsOf(splitter, source(50)));
  }

  @Test
  void anotherSeedDividesOtherwise() {
    assertThat(partsOf(new Splitter(parts(0.5, 0.5), Splitter.KEY, 1), source(50)))
        .isNotEqualTo(partsOf(new Splitter(parts(0.5, 0.5), Splitter.KEY, 2), source(50)));
  }

  /**
   * Against Python: {@code int.from_bytes(sha256(b"0:k0").digest()[:8]) / 2**64} for k0 to k5 is
   * 0.79, 0.11, 0.37, 0.13, 0.54, 0.43.
   */
  @Test
  void thePlaceOfAGroupCanBeComputedElsewhere() {
    var splitter = new Splitter(parts(0.5, 0.5), Splitter.KEY, 0);

    assertThat(IntStream.range(0, 6).mapToObj(i -> splitter.partOf("k" + i)))
        .containsExactly("test", "train", "train", "train", "test", "train");
  }

  @Test
  void aSampleWithoutAGroupIsAnErrorAndSoAreWrongShares() {
    var splitter = new Splitter(parts(0.5, 0.5), "photographer", 0);

    assertThatThrownBy(() -> partsOf(splitter, source(2)))
        .isInstanceOf(InputException.class)
        .hasMessage("test:0: no 'photographer' in its metadata [photo] to split by");
    assertThatThrownBy(() -> new Splitter(parts(0.5, 0.6), Splitter.KEY, 0))
        .hasMessageContaining("add up to 1.1");
    assertThatThrownBy(() -> new Splitter(parts(1.5, -0.5), Splitter.KEY, 0))
        .hasMessageContaining("share above 0");
  }

  @Test
  void noMoreThanTheLimitIsLookedAt() {
    var two =
        new Source("two", List.of(source(3).shards().getFirst(), source(9).shards().getFirst()));
    var parts =
        new Splitter(parts(0.5, 0.5), Splitter.KEY, 0).split(two, 5, false, new SkippedSamples());

    assertThat(parts.values().stream().mapToLong(Source::size).sum()).isEqualTo(5);
  }
}
