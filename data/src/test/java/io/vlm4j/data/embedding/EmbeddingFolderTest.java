package io.vlm4j.data.embedding;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.NpyWriter;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingFolderTest {
  @TempDir Path path;

  private void partition(String name, float[][] vectors, List<String> pictures) throws IOException {
    var folder = new EmbeddingFolder(path);
    Files.createDirectories(path.resolve("img_emb"));
    try (var writer = new NpyWriter(folder.pictureVectors(name), false, vectors[0].length)) {
      for (float[] vector : vectors) {
        writer.add(vector);
      }
    }
    folder.writeMetadata(name, Optional.of(pictures), Optional.empty());
  }

  /** The reader is an independent implementation of the format. */
  @Test
  void textsOfAnyKindComeBack() {
    var random = Randomness.ofTest();
    var first = new ArrayList<String>(List.of("", "a b", "\u5f20\ud83d\ude92", "line\nbreak\0"));
    var second = new ArrayList<>(List.of("1", "2", "3", "x".repeat(3_000_000)));
    for (int i = 0; i < 5000; i++) {
      first.add("picture-" + random.nextInt());
      second.add("y".repeat(random.nextInt(1000)));
    }
    var columns = new LinkedHashMap<String, List<String>>();
    columns.put("image_path", first);
    columns.put("caption", second);
    Path file = path.resolve("t.parquet");

    TextTable.write(file, columns);

    assertThat(TextTable.read(file, List.of("image_path", "caption", "absent"))).isEqualTo(columns);
    assertThat(TextTable.read(file, List.of("caption"))).containsOnlyKeys("caption");
  }

  @Test
  void aTableMayHaveNoRows() {
    var columns = new LinkedHashMap<String, List<String>>();
    columns.put("caption", List.of());

    TextTable.write(path.resolve("t.parquet"), columns);

    assertThat(TextTable.read(path.resolve("t.parquet"), List.of("caption"))).isEqualTo(columns);
  }

  @Test
  void theNearestOfAllPartitionsAreFoundTheBestFirst() throws IOException {
    var random = Randomness.ofTest();
    var scores = new ArrayList<Float>();
    for (String name : List.of("00", "01", "02")) {
      var vectors = new float[7][];
      Arrays.setAll(vectors, _ -> new float[] {random.nextFloat(), 5});
      Arrays.stream(vectors).forEach(vector -> scores.add(vector[0]));
      partition(
          name, vectors, IntStream.range(0, 7).mapToObj(i -> vectors[i][0] + ".png").toList());
    }
    scores.sort((a, b) -> Float.compare(b, a));

    var hits = new EmbeddingFolder(path).nearest(new float[] {1, 0}, 4);

    assertThat(hits.searched()).isEqualTo(21);
    assertThat(hits.best())
        .extracting(EmbeddingFolder.Hit::picture)
        .isEqualTo(scores.stream().limit(4).map(score -> score + ".png").toList());
    assertThat(new EmbeddingFolder(path).nearest(new float[] {1, 0}, 100).best()).hasSize(21);
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    var folder = new EmbeddingFolder(path);
    assertRefused(() -> folder.nearest(new float[2], 1), "no vectors of pictures");
    partition("0", new float[][] {{1, 0}}, List.of("a", "b"));
    assertRefused(() -> folder.nearest(new float[3], 1), "2 values, but the model's have 3");
    assertRefused(() -> folder.nearest(new float[2], 1), "names 2 pictures, but there are 1");
    Files.writeString(folder.metadata("0"), "not a table, but long enough to be one");
    assertRefused(
        () -> folder.nearest(new float[2], 1), "metadata_0.parquet", "it is not a Parquet file");
    Files.delete(folder.metadata("0"));
    assertRefused(() -> folder.nearest(new float[2], 1), "metadata_0.parquet");
  }
}
