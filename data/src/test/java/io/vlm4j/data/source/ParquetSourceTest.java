package io.vlm4j.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.sink.ParquetSink;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet exchanged with DuckDB, which has a reader and a writer of its own. */
class ParquetSourceTest {
  private static final Pixels PICTURE = Pictures.noise(4, 3, 1);
  private static final byte[] PNG = ImageEncoder.png(PICTURE);

  @TempDir Path folder;

  @Test
  void dataCompsMetadataIsRead() throws SQLException {
    List<Sample> samples =
        read(
            """
            select 'c0ffee' as uid, 'https://x.org/1' as url, 'a cat' as text,
              640::integer as original_width, 480::integer as original_height,
              0.25::float as clip_b32_similarity_score, true as ok, null::varchar as nothing,
              ['a', 'b'] as tags, {'x': 1, 'y': 'z'} as nested, date '2026-01-02' as day
            """);

    assertThat(samples).hasSize(1);
    Sample sample = samples.getFirst();
    assertThat(sample.key()).isEqualTo("c0ffee");
    assertThat(sample.texts()).containsExactly("a cat");
    assertThat(sample.pictures()).isEmpty();
    assertThat(sample.metadata())
        .containsEntry("url", "https://x.org/1")
        .containsEntry("original_width", 640L)
        .containsEntry("clip_b32_similarity_score", 0.25)
        .containsEntry("ok", true)
        .containsEntry("tags", List.of("a", "b"))
        .containsEntry("nested", Map.of("x", 1L, "y", "z"))
        .containsEntry("day", "2026-01-02")
        .doesNotContainKey("nothing");
  }

  @Test
  void huggingFacesPicturesAreRead() throws SQLException {
    String bytes = "from_hex('" + java.util.HexFormat.of().formatHex(PNG) + "')";

    List<Sample> samples =
        read(
            """
            select {'bytes': %1$s, 'path': 'cat.png'} as image, 'a cat' as caption, 3 as label
            union all by name
            select [{'bytes': %1$s, 'path': null}, {'bytes': %1$s, 'path': null}] as images,
              'two' as caption
            union all by name
            select %1$s as png, 'plain bytes' as caption
            """
                .formatted(bytes));

    assertThat(samples).extracting(Sample::text).containsExactly("a cat", "two", "plain bytes");
    assertThat(samples).extracting(sample -> sample.pictures().size()).containsExactly(1, 2, 1);
    assertThat(samples)
        .flatExtracting(Sample::pictures)
        .extracting(Picture::pixels)
        .containsOnly(PICTURE);
  }

  @Test
  void aRowGroupIsAShard() throws SQLException {
    Path file = folder.resolve("many.parquet");
    sql(
        "copy (select i::varchar as key, 'text ' || i as text from range(10000) t(i)) to '%s'"
                .formatted(file)
            + " (format parquet, row_group_size 2048, compression zstd)");

    Source source = Sources.open(file.toString(), Columns.USUAL);

    assertThat(source.size()).isEqualTo(10_000);
    assertThat(source.shards()).hasSizeGreaterThan(3);
    assertThat(source.stream(new SkippedSamples()).map(Sample::text))
        .containsExactlyElementsOf(IntStream.range(0, 10_000).mapToObj(i -> "text " + i).toList());
  }

  @Test
  void duckDbReadsOurs() throws SQLException {
    var sample =
        Sample.pair(
            "k",
            "here",
            Picture.encoded("cat.png", () -> PNG),
            List.of("a cat"),
            Map.of("width", 4L));
    new ParquetSink(folder).write(0, List.of(sample).iterator());

    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select key, text, width, image.path, octet_length(image.bytes) from '%s'"
                    .formatted(folder.resolve("00000.parquet")))) {
      assertThat(row.next()).isTrue();
      assertThat(row.getString(1)).isEqualTo("k");
      assertThat(row.getString(2)).isEqualTo("a cat");
      assertThat(row.getLong(3)).isEqualTo(4);
      assertThat(row.getString(4)).isEqualTo("cat.png");
      assertThat(row.getInt(5)).isEqualTo(PNG.length);
      assertThat(row.next()).isFalse();
    }
  }

  @Test
  void damagedFilesAreRefusedOrRead() throws SQLException, IOException {
    Path file = folder.resolve("a.parquet");
    sql(
        "copy (select range as a, 'text' as text from range(100)) to '%s' (format parquet)"
            .formatted(file));
    byte[] bytes = Files.readAllBytes(file);
    long seed = Randomness.ofTest().nextLong();
    var random = new Random(seed);

    for (int i = 0; i < 500; i++) {
      byte[] mutated =
          random.nextInt(4) == 0
              ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
              : bytes.clone();
      for (int n = random.nextInt(8); n > 0 && mutated.length > 0; n--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      }
      Files.write(file, mutated);
      try {
        Sources.open(file.toString(), Columns.USUAL).stream(new SkippedSamples()).count();
      } catch (InputException e) {
        assertThat(e.getMessage()).as("mutation %d of seed %d", i, seed).contains("a.parquet");
      }
    }
  }

  @Test
  void whatIsNoParquetIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("a.parquet"), "nothing of the kind");

    assertThatThrownBy(() -> Sources.open(file.toString(), Columns.USUAL))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": not a readable parquet file");
  }

  private List<Sample> read(String query) throws SQLException {
    Path file = folder.resolve("data.parquet");
    sql("copy (%s) to '%s' (format parquet)".formatted(query, file));
    return Sources.open(file.toString(), Columns.USUAL).stream(new SkippedSamples()).toList();
  }

  private static void sql(String text) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
