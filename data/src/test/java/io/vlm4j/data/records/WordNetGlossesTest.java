package io.vlm4j.data.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordNetGlossesTest {
  @Test
  void everyMeaningIsATextOfWordsAndDefinition() {
    List<Sample> samples = WordNetGlosses.source().stream(new SkippedSamples()).toList();
    assertThat(samples).hasSizeGreaterThan(100_000);
    assertThat(new HashSet<>(samples.stream().map(Sample::key).toList())).hasSameSizeAs(samples);
    Sample dog =
        samples.stream().filter(s -> s.text().startsWith("dog, domestic dog")).findFirst().get();
    assertThat(dog.text()).contains(": a member of the genus Canis").doesNotContain("\"");
    assertThat(dog.label("pos")).isEqualTo("noun");
    assertThat(dog.label("example")).contains("barked");
  }
}
