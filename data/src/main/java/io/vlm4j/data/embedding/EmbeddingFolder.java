package io.vlm4j.data.embedding;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.NpyMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of unit vectors in the layout of clip-retrieval. Row i of a partition's three files is
 * one sample.
 *
 * <pre>
 * img_emb/img_emb_0.npy            [rows, D], f16 or f32
 * text_emb/text_emb_0.npy          the same for captions
 * metadata/metadata_0.parquet      columns image_path and caption, of what was embedded
 * </pre>
 *
 * @param path the folder
 */
public record EmbeddingFolder(Path path) {
  private static final String PICTURE = "image_path";
  private static final String CAPTION = "caption";
  private static final Pattern PICTURES = Pattern.compile("img_emb_(\\d{1,9})\\.npy");

  /** Where a partition's vectors of pictures are; {@code name} is its number. */
  public Path pictureVectors(String name) {
    return path.resolve("img_emb").resolve("img_emb_" + name + ".npy");
  }

  /** Where a partition's vectors of texts are. */
  public Path textVectors(String name) {
    return path.resolve("text_emb").resolve("text_emb_" + name + ".npy");
  }

  /** Where it is said what a partition's rows are. */
  public Path metadata(String name) {
    return path.resolve("metadata").resolve("metadata_" + name + ".parquet");
  }

  /**
   * Says what a partition's rows are.
   *
   * @param pictures files, or nothing if no pictures were embedded
   * @param captions texts, or nothing if no texts were embedded
   */
  public void writeMetadata(
      String name, Optional<List<String>> pictures, Optional<List<String>> captions) {
    var columns = new LinkedHashMap<String, List<String>>();
    pictures.ifPresent(values -> columns.put(PICTURE, values));
    captions.ifPresent(values -> columns.put(CAPTION, values));
    TextTable.write(metadata(name), columns);
  }

  /**
   * A picture and its cosine with what was looked for.
   *
   * @param caption empty if there is none
   */
  public record Hit(double score, String picture, String caption) {}

  /** The best of so many pictures. */
  public record Hits(List<Hit> best, long searched) {}

  /**
   * The pictures nearest to a unit vector, the best first. Partitions are read one after the other,
   * so that one partition's metadata is in memory.
   *
   * @throws InputException if there are no vectors of pictures, or of another width
   */
  public Hits nearest(float[] query, int count) {
    var best = new PriorityQueue<>(Comparator.comparingDouble(Hit::score));
    long searched = 0;
    for (String name : picturePartitions()) {
      Path file = pictureVectors(name);
      try (var vectors = new NpyMatrix(file)) {
        if (vectors.columns() != query.length) {
          throw new InputException(
              "%s: vectors of %d values, but the model's have %d: use the model that made them"
                  .formatted(file, vectors.columns(), query.length));
        }
        var rows = TextTable.read(metadata(name), List.of(PICTURE, CAPTION));
        List<String> pictures = rows.getOrDefault(PICTURE, List.of());
        if (pictures.size() != vectors.rows()) {
          throw new InputException(
              "%s: names %d pictures, but there are %d vectors"
                  .formatted(metadata(name), pictures.size(), vectors.rows()));
        }
        search(query, vectors, count, pictures, rows.getOrDefault(CAPTION, List.of()), best);
        searched += vectors.rows();
      }
    }
    return new Hits(
        best.stream().sorted(Comparator.comparingDouble(Hit::score).reversed()).toList(), searched);
  }

  private static void search(
      float[] query,
      NpyMatrix vectors,
      int count,
      List<String> pictures,
      List<String> captions,
      PriorityQueue<Hit> best) {
    var vector = new float[query.length];
    for (int row = 0; row < vectors.rows(); row++) {
      vectors.read(row, vector);
      float score = 0;
      for (int d = 0; d < query.length; d++) {
        score += query[d] * vector[d];
      }
      Hit worst = best.peek();
      if (best.size() < count || worst == null || score > worst.score()) {
        if (best.size() == count) {
          best.remove();
        }
        best.add(new Hit(score, pictures.get(row), captions.isEmpty() ? "" : captions.get(row)));
      }
    }
  }

  private List<String> picturePartitions() {
    Path folder = path.resolve("img_emb");
    var names = new ArrayList<String>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          Matcher name = PICTURES.matcher(String.valueOf(file.getFileName()));
          if (name.matches()) {
            names.add(name.group(1));
          }
        }
      } catch (IOException e) {
        throw Json.cannotRead(folder, e);
      }
    }
    if (names.isEmpty()) {
      throw new InputException(
          path + " holds no vectors of pictures: make them with embed --images");
    }
    names.sort(Comparator.comparingInt(Integer::parseInt));
    return names;
  }
}
