package io.vlm4j.cli;

import io.vlm4j.data.embedding.EmbeddingFolder;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.NpyMatrix;
import io.vlm4j.io.NpyWriter;
import io.vlm4j.model.Pretrained;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Embeds rows into the partitions of a folder. A partition is finished when its metadata is there,
 * which is written last; finished ones are not touched. Vectors go to the disk batch by batch, so
 * that memory holds names and texts, but no vectors.
 */
final class EmbedRun implements AutoCloseable {
  private final Pretrained model;
  private final EmbeddingFolder folder;
  private final boolean pictures;
  private final boolean texts;
  private final boolean half;
  private final int batchSize;
  private final int width;
  private final PictureReader reader;
  private final Terminal.Bar bar = new Terminal.Bar("embedding");
  private final long start = System.nanoTime();
  private long done;
  private long all;

  /**
   * Makes ready.
   *
   * @param pictures whether rows have pictures to embed
   * @param texts whether rows have texts to embed
   * @param half whether vectors are stored as f16, otherwise as f32
   */
  EmbedRun(
      Pretrained model,
      EmbeddingFolder folder,
      boolean pictures,
      boolean texts,
      boolean half,
      int batchSize) {
    this.model = model;
    this.folder = folder;
    this.pictures = pictures;
    this.texts = texts;
    this.half = half;
    this.batchSize = batchSize;
    width = model.embedTexts(List.of(""))[0].length; // also of a partition without rows
    reader = new PictureReader(model.preprocessing(), batchSize);
  }

  /**
   * What is in the folder now.
   *
   * @param rows in all partitions
   * @param width values in a row
   * @param found partitions that were finished before
   */
  record Result(long rows, int width, int partitions, int found) {}

  /**
   * Embeds what is not there yet.
   *
   * @param size rows of a partition, of which those that cannot be read are left out
   */
  Result embed(List<EmbedInput.Row> rows, int size) {
    int count = (rows.size() + size - 1) / size;
    var missing = new ArrayList<Integer>();
    for (int i = 0; i < count; i++) {
      if (!Files.exists(folder.metadata(name(i, count)))) {
        missing.add(i);
        all += (pictures && texts ? 2L : 1L) * part(rows, size, i).size();
      }
    }
    for (int i : missing) {
      embedPartition(name(i, count), part(rows, size, i));
    }
    long written = 0;
    for (int i = 0; i < count; i++) {
      String name = name(i, count);
      try (var vectors =
          new NpyMatrix(pictures ? folder.pictureVectors(name) : folder.textVectors(name))) {
        written += vectors.rows();
      }
    }
    return new Result(written, width, count, count - missing.size());
  }

  /** As many digits as clip-retrieval gives it. */
  static String name(int partition, int count) {
    int digits = String.valueOf(count).length();
    return String.format(Locale.ROOT, "%0" + digits + "d", partition);
  }

  private static List<EmbedInput.Row> part(List<EmbedInput.Row> rows, int size, int partition) {
    long end = Math.min(rows.size(), (partition + 1L) * size);
    return rows.subList(partition * size, (int) end);
  }

  private void embedPartition(String name, List<EmbedInput.Row> rows) {
    List<EmbedInput.Row> kept = pictures ? embedPictures(folder.pictureVectors(name), rows) : rows;
    if (texts) {
      done += pictures ? rows.size() - kept.size() : 0; // texts of pictures that were left out
      embedTexts(folder.textVectors(name), kept.stream().map(EmbedInput.Row::text).toList());
    }
    folder.writeMetadata(
        name,
        pictures
            ? Optional.of(kept.stream().map(row -> row.file().toString()).toList())
            : Optional.empty(),
        texts ? Optional.of(kept.stream().map(EmbedInput.Row::text).toList()) : Optional.empty());
  }

  /** Embeds the pictures, and says which rows have readable ones. */
  private List<EmbedInput.Row> embedPictures(Path file, List<EmbedInput.Row> rows) {
    var kept = new ArrayList<EmbedInput.Row>();
    long before = done;
    AtomicFiles.writeFile(
        file,
        path -> {
          try (var out = new NpyWriter(path, half, width)) {
            reader.read(
                rows.stream().map(EmbedInput.Row::file).toList(),
                (positions, squares, seen) -> {
                  for (float[] vector : model.embedPrepared(squares)) {
                    out.add(vector);
                  }
                  positions.forEach(i -> kept.add(rows.get(i)));
                  done = before + seen;
                  show();
                });
          }
        });
    done = before + rows.size();
    return kept;
  }

  private void embedTexts(Path file, List<String> texts) {
    AtomicFiles.writeFile(
        file,
        path -> {
          try (var out = new NpyWriter(path, half, width)) {
            for (int from = 0; from < texts.size(); from += batchSize) {
              List<String> batch = texts.subList(from, Math.min(texts.size(), from + batchSize));
              for (float[] vector : model.embedTexts(batch)) {
                out.add(vector);
              }
              done += batch.size();
              show();
            }
          }
        });
  }

  private void show() {
    double rate = done / Math.max(1e-9, (System.nanoTime() - start) / 1e9);
    bar.show(
        done,
        all,
        String.format(
            Locale.ROOT, "%.0f/s, %s left", rate, Terminal.duration((all - done) / rate)));
  }

  @Override
  public void close() {
    reader.close();
    bar.close();
  }
}
