package io.vlm4j.bench;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Where {@link DownloadSpeed} lets the downloader write, and how it reads what is there. */
interface DownloadStore {
  /**
   * One row that was written.
   *
   * @param metadata all that is known of it
   * @param picture the bytes of its file; none if it failed
   */
  record Written(JsonNode metadata, byte[] picture) {}

  Sink sink();

  /** Reads all rows of all whole shards. */
  void read(Consumer<Written> reader);

  /** The store that is measured: the place to put another one. */
  static DownloadStore in(Path folder) {
    return new Plain(folder);
  }

  /** A file for each shard, of rows with lengths before them: the least that a sink can do. */
  record Plain(Path folder) implements DownloadStore, Sink {
    @Override
    public Sink sink() {
      return this;
    }

    private Path file(int shard) {
      return folder.resolve("%05d.rows".formatted(shard));
    }

    @Override
    public boolean has(int shard) {
      return Files.exists(file(shard));
    }

    @Override
    public void write(int shard, Iterator<Sample> samples) {
      AtomicFiles.writeFile(
          file(shard),
          path -> {
            try (var out =
                new DataOutputStream(
                    new BufferedOutputStream(Files.newOutputStream(path), 1 << 20))) {
              while (samples.hasNext()) {
                Sample sample = samples.next();
                out.writeUTF(Json.toLine(sample.metadata()));
                byte[] picture =
                    sample.pictures().isEmpty() ? new byte[0] : sample.picture().bytes();
                out.writeInt(picture.length);
                out.write(picture);
              }
            }
          });
    }

    @Override
    public void finish() {}

    @Override
    public void read(Consumer<Written> reader) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".rows")).toList()) {
          read(new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file))), reader);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void read(DataInputStream in, Consumer<Written> reader) throws IOException {
      while (in.available() > 0) {
        JsonNode metadata = Json.parse(in.readUTF());
        reader.accept(new Written(metadata, in.readNBytes(in.readInt())));
      }
    }
  }
}
