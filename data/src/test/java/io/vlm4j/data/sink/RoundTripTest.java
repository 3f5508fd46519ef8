package io.vlm4j.data.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Part.Box;
import io.vlm4j.data.Part.Frames;
import io.vlm4j.data.Part.Preference;
import io.vlm4j.data.Part.Question;
import io.vlm4j.data.Part.Region;
import io.vlm4j.data.Part.Text;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a sink writes, its source gives back: bytes, keys, order, metadata. */
class RoundTripTest {
  enum Layout {
    WEB_DATASET(WebDatasetSink::new),
    PARQUET(ParquetSink::new),
    JSON_LINES(JsonLinesSink::new);

    private final Function<Path, Sink> sink;

    Layout(Function<Path, Sink> sink) {
      this.sink = sink;
    }
  }

  @TempDir Path folder;

  private final Random random = Randomness.ofTest();

  @ParameterizedTest
  @EnumSource
  void nothingIsLost(Layout layout) throws IOException {
    long seed = random.nextLong();
    random.setSeed(seed);
    List<Sample> samples = samples(40);
    Sink sink = layout.sink.apply(folder);

    sink.write(0, samples.subList(0, 25).iterator());
    sink.write(1, samples.subList(25, 40).iterator());
    sink.finish();

    List<Sample> found = read();
    assertThat(found).as("seed %d", seed).hasSize(40);
    for (int i = 0; i < 40; i++) {
      assertThat(described(found.get(i)))
          .as("sample %d of seed %d", i, seed)
          .isEqualTo(described(samples.get(i)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aShardIsThereWhenItIsWhole(Layout layout) throws IOException {
    Sink sink = layout.sink.apply(folder);
    List<Sample> samples = samples(5);

    assertThat(sink.has(0)).isFalse();
    assertThatThrownBy(() -> sink.write(0, breaksAfter(samples, 3)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(sink.has(0)).isFalse();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
    sink.write(0, samples.iterator());

    assertThat(sink.has(0)).isTrue();
    assertThat(layout.sink.apply(folder).has(0)).isTrue();
    Path data = dataFile();
    Files.write(data, Arrays.copyOf(Files.readAllBytes(data), (int) Files.size(data) - 1));
    assertThat(layout.sink.apply(folder).has(0)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void theSumsAreThoseOfTheFiles(Layout layout) throws Exception {
    Sink sink = layout.sink.apply(folder);
    sink.write(0, samples(5).iterator());
    sink.finish();

    Path data = dataFile();
    byte[] digest =
        java.security.MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(data));
    assertThat(Files.readAllLines(folder.resolve("SHA256SUMS")))
        .contains(HexFormat.of().formatHex(digest) + "  " + data.getFileName());
  }

  @Test
  void theSameSamplesGiveTheSameTar() throws IOException {
    List<Sample> samples = samples(5);
    new WebDatasetSink(folder.resolve("a")).write(0, samples.iterator());
    new WebDatasetSink(folder.resolve("b")).write(0, samples.iterator());

    assertThat(folder.resolve("a/00000.tar")).hasSameBinaryContentAs(folder.resolve("b/00000.tar"));
  }

  @Test
  void aKeyThatClimbsOutOfTheFolderIsRefused() {
    for (String key : List.of("../a", "a/../../b", "/a", "", "a/", "C:/a", "..", "a\nb")) {
      var sample = new Sample(key, "origin", List.of(new Text("a")), Map.of());
      for (Layout layout : List.of(Layout.WEB_DATASET, Layout.JSON_LINES)) {
        assertThatThrownBy(
                () -> layout.sink.apply(folder.resolve("x")).write(0, List.of(sample).iterator()))
            .as("key '%s'", key)
            .isInstanceOf(InputException.class)
            .hasMessageContaining("cannot name a file within the data set");
      }
    }
  }

  private Path dataFile() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("00000\\.(tar|parquet|jsonl)"))
          .sorted(java.util.Comparator.reverseOrder())
          .findFirst()
          .orElseThrow();
    }
  }

  private List<Sample> read() {
    var skipped = new SkippedSamples();
    List<Sample> samples = Sources.open(folder.toString(), Columns.USUAL).stream(skipped).toList();
    assertThat(skipped.causes()).isEmpty();
    return samples;
  }

  private static java.util.Iterator<Sample> breaksAfter(List<Sample> samples, int count) {
    return Stream.concat(
            samples.stream().limit(count),
            Stream.generate(() -> {
              throw new IllegalStateException("killed");
            }))
        .map(Sample.class::cast)
        .iterator();
  }

  private List<Sample> samples(int count) throws IOException {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < count; i++) {
      String key = List.of("k%d", "folder/k%d", "dotted.k%d", "Zürich %d").get(i % 4).formatted(i);
      samples.add(new Sample(key, "test:" + i, parts(i), metadata(i)));
    }
    return samples;
  }

  private List<Part> parts(int i) throws IOException {
    Text text = new Text("line one\nline \"two\" \u2603 \t" + i);
    return switch (i % 8) {
      case 0, 1 -> List.of(picture(), text);
      case 2 -> List.of(text);
      case 3 -> List.of(picture(), text, new Text("another"), new Text(""));
      case 4 -> List.of(text, picture(), new Text("between"), picture(), picture());
      case 5 ->
          List.of(
              picture(),
              new Region(new Box(1.5, 2, 3, 4e-3), List.of("a", "b"), "cat"),
              new Question("what?", List.of("x", "x"), List.of("x", "y"), 0),
              Question.open("why?", List.of()));
      case 6 ->
          List.of(
              new Turn("user", List.of(picture(), new Text("who is it?"))),
              Turn.of("assistant", "nobody"),
              new Preference(
                  List.of(Turn.of("user", "p")),
                  List.of(Turn.of("assistant", "good")),
                  List.of(Turn.of("assistant", "bad"))));
      default ->
          List.of(
              new Frames(List.of(picture(), picture()), List.of(0.0, 0.25)),
              new Attachment("txt", () -> new byte[] {-1, 0, 1}),
              new Attachment("npy", () -> new byte[] {9}));
    };
  }

  private Picture picture() throws IOException {
    byte[] png = ImageEncoder.png(Pictures.noise(3, 2, random.nextInt()));
    return Picture.encoded("p", () -> png);
  }

  private Map<String, @Nullable Object> metadata(int i) {
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    if (i % 3 > 0) {
      metadata.put("url", "https://example.org/" + i);
      metadata.put("width", (long) i << 40);
      metadata.put("similarity", i / 3.0);
      metadata.put("nothing", null);
      metadata.put("whole", 2.0);
    }
    if (i % 3 > 1) {
      metadata.put("text", "the name of a column");
      metadata.put("mixed", i % 2 == 0 ? "text" : (Object) 5L);
      metadata.put("truth", i % 4 == 0);
      metadata.put("nested", List.of(Map.of("a", List.of(1L, "b", false)), 2.5));
      metadata.put("width", 7L);
    }
    return metadata;
  }

  /** A sample with the bytes of its pictures, to compare. */
  private static List<Object> described(Sample sample) throws IOException {
    var described = new ArrayList<Object>();
    described.add(sample.key());
    described.add(new ArrayList<>(sample.metadata().entrySet()));
    for (Part part : sample.parts()) {
      described.add(described(part));
    }
    return described;
  }

  private static Object described(Part part) throws IOException {
    return switch (part) {
      case Picture picture -> HexFormat.of().formatHex(picture.bytes());
      case Attachment attachment ->
          attachment.name() + HexFormat.of().formatHex(attachment.bytes().read());
      case Turn turn -> List.of(turn.role(), each(turn.content()));
      case Frames frames -> List.of(each(frames.pictures()), frames.seconds());
      case Preference p -> List.of(each(p.prompt()), each(p.chosen()), each(p.rejected()));
      default -> part;
    };
  }

  private static List<Object> each(List<? extends Part> parts) throws IOException {
    var all = new ArrayList<Object>();
    for (Part part : parts) {
      all.add(described(part));
    }
    return all;
  }
}
