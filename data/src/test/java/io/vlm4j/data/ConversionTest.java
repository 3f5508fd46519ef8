package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.sink.Sinks;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {
  private static final ProgressListener SILENT = (_, _) -> {};

  @TempDir Path folder;
  private final SkippedSamples skipped = new SkippedSamples();

  private static Sample sample(int number, String key, byte[] picture) {
    return Sample.pair(
        key,
        "test:" + number,
        Picture.encoded(key, () -> picture),
        List.of("t" + number),
        Map.of());
  }

  private static List<Sample> samples(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> sample(i, "k" + i, ImageEncoder.png(Pictures.noise(3, 2, i))))
        .toList();
  }

  private static Source source(List<Sample> samples) {
    return Source.of(Shard.of("test", samples));
  }

  private static Conversion.Settings settings(String layout) {
    return new Conversion.Settings(layout, 4, Long.MAX_VALUE, true, false);
  }

  private Conversion.Result convert(List<Sample> samples, String layout) {
    return new Conversion(source(samples), folder, settings(layout), skipped)
        .run(Sinks.open(layout, folder), SILENT);
  }

  private List<String> keys(Path place) {
    return Sources.open(place.toString(), Columns.USUAL).stream(new SkippedSamples())
        .map(Sample::key)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"webdataset", "parquet", "jsonl", "clip-benchmark"})
  void brokenSamplesAreLeftOutWithoutTheirShard(String layout) {
    var samples = new ArrayList<>(samples(10));
    samples.set(1, sample(1, "k1", new byte[] {1, 2, 3}));
    for (int i = 4; i < 8; i++) { // a whole shard
      samples.set(i, sample(i, "k" + i, new byte[0]));
    }

    Conversion.Result result = convert(samples, layout);

    assertThat(result).isEqualTo(new Conversion.Result(5, 3, 0));
    assertThat(keys(layout.equals("clip-benchmark") ? folder.resolve("test") : folder))
        .containsExactly("k0", "k2", "k3", "k8", "k9");
    assertThat(skipped.causes())
        .hasSize(5)
        .containsEntry(
            "test:1", "k1: not a picture in a known format (JPEG, PNG, WebP, GIF, BMP, TIFF)");
  }

  @Test
  void aSecondRunWritesWhatIsMissing() throws IOException {
    convert(samples(10), "webdataset");
    byte[] second = Files.readAllBytes(folder.resolve("00001.tar"));
    FileTime first = Files.getLastModifiedTime(folder.resolve("00000.tar"));
    Files.delete(folder.resolve("00001_stats.json"));

    Conversion.Result result = convert(samples(10), "webdataset");

    assertThat(result).isEqualTo(new Conversion.Result(4, 3, 2));
    assertThat(Files.readAllBytes(folder.resolve("00001.tar"))).isEqualTo(second);
    assertThat(Files.getLastModifiedTime(folder.resolve("00000.tar"))).isEqualTo(first);
  }

  @Test
  void aFolderOfSomethingElseIsRefusedAndLeftAlone() throws IOException {
    convert(samples(10), "jsonl");

    assertThatThrownBy(() -> convert(samples(11), "jsonl"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("holds another conversion: its samples is 10, not 11");
    assertThatThrownBy(() -> convert(samples(10), "parquet"))
        .hasMessageContaining("its layout is jsonl, not parquet");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("thesis.txt"), "x");
    assertThatThrownBy(() -> new Conversion(source(samples(1)), other, settings("jsonl"), skipped))
        .hasMessageContaining("is not empty");
    assertThat(other).isDirectoryNotContaining("glob:**.json");
  }

  @Test
  void aSecondSampleOfAKeyCostsItselfAndNotTheShard() {
    var samples = new ArrayList<>(samples(3));
    samples.set(2, sample(2, "k0", ImageEncoder.png(Pictures.noise(3, 2, 9))));

    assertThat(convert(samples, "webdataset").samples()).isEqualTo(2);

    assertThat(skipped.causes())
        .containsEntry("test:2", "a second sample of key 'k0' in one shard");
  }

  @Test
  void aFileThatCannotBeOpenedEndsItUnlessToldToGoOn() {
    var source = new Source("both", List.of(new Unreadable(), Shard.of("good", samples(2))));

    assertThatThrownBy(() -> new Conversion(source, folder, settings("jsonl"), skipped))
        .hasMessage("bad: no");
    var settings = new Conversion.Settings("jsonl", 4, 100, true, true);
    new Conversion(source, folder, settings, skipped).run(Sinks.open("jsonl", folder), SILENT);

    assertThat(keys(folder)).containsExactly("k0", "k1");
    assertThat(skipped.causes()).containsEntry("bad", "bad: no");
  }

  @Test
  void nothingToWriteIsAnError() {
    var broken = List.of(sample(0, "k", new byte[] {1}));

    assertThatThrownBy(() -> convert(broken, "jsonl"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("not one of 1 samples can be written; the first: k: not a picture");
    assertThatThrownBy(() -> convert(List.of(), "jsonl")).hasMessageContaining("no samples in it");
  }

  private record Unreadable() implements Shard {
    @Override
    public String name() {
      return "bad";
    }

    @Override
    public int size() {
      throw new InputException("bad: no");
    }

    @Override
    public List<Sample> open() {
      throw new InputException("bad: no");
    }
  }
}
