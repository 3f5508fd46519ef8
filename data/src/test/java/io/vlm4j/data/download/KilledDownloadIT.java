package io.vlm4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.sink.WebDatasetSink;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the downloading process in the midst of its work, again and again. */
class KilledDownloadIT {
  private static final int ROWS = 120;
  private static final int ROWS_PER_SHARD = 5;
  private static final int KILLS = 4;
  private static final byte[] JPEG = TestPictures.jpeg(40, 20);

  private final PictureServer server = new PictureServer();

  @TempDir Path folder;

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void endsWithEveryRowOnce() throws Exception {
    Random random = Randomness.ofTest();
    for (int i = 0; i < KILLS; i++) {
      killAfter(1 + random.nextInt(ROWS / 3), random.nextInt(3) == 0);
    }
    serve(new CountDownLatch(0), true);

    DownloadReport report = Child.download(server.port(), folder);

    assertThat(report.shardsWritten() + report.shardsSkipped()).isEqualTo(ROWS / ROWS_PER_SHARD);
    List<Sample> rows = read(".parquet");
    assertThat(rows)
        .extracting(row -> row.metadata().get("url"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, ROWS)
                .mapToObj(i -> (Object) Child.address(server.port(), i))
                .toList());
    assertThat(rows)
        .allMatch(
            row -> row.label("status").equals(isMissing(row) ? "failed_to_download" : "success"));
    List<Sample> pictures = read(".tar");
    assertThat(pictures)
        .hasSize(ROWS - ROWS / 10)
        .allMatch(sample -> sample.picture().bytes().length == JPEG.length);
    assertThat(pictures).extracting(Sample::key).doesNotHaveDuplicates();
  }

  /** The files of whole shards, and of no others: a kill must leave nothing that looks like one. */
  private List<Sample> read(String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> shards = files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
      assertThat(shards).hasSize(ROWS / ROWS_PER_SHARD);
      var samples = new ArrayList<Sample>();
      var skipped = new SkippedSamples();
      for (Path shard : shards) {
        Sources.open(shard.toString(), Columns.USUAL).stream(skipped).forEach(samples::add);
      }
      assertThat(skipped.causes()).isEmpty();
      return samples;
    }
  }

  private static boolean isMissing(Sample row) {
    return row.label("url").endsWith("7.jpg");
  }

  /** Kills a process when it has asked for so many pictures, with or without their answers. */
  private void killAfter(int requests, boolean answered) throws Exception {
    var reached = new CountDownLatch(requests);
    serve(reached, answered);
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx200m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                Integer.toString(server.port()),
                folder.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD) // of this process it is the report
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      reached.await();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  private void serve(CountDownLatch reached, boolean answered) {
    for (int i = 0; i < ROWS; i++) {
      var answer = i % 10 == 7 ? PictureServer.status(404) : PictureServer.sends(JPEG);
      server.on(
          "/" + i + ".jpg",
          exchange -> {
            reached.countDown();
            if (answered || reached.getCount() > 0) {
              answer.handle(exchange);
            }
          });
    }
  }

  /** The process that is killed. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      download(Integer.parseInt(arguments[0]), Path.of(arguments[1]));
    }

    static String address(int port, int row) {
      return "http://127.0.0.1:" + port + "/" + row + ".jpg";
    }

    static DownloadReport download(int port, Path folder) {
      var options =
          DownloadOptions.DEFAULT
              .withHosts(HostRules.DEFAULT.withPrivateAddresses(true))
              .withLimits(
                  FetchLimits.DEFAULT
                      .withConnections(4, 4)
                      .withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(30)))
              .withShards(ROWS_PER_SHARD, 3);
      var rows =
          IntStream.range(0, ROWS)
              .mapToObj(i -> Map.of("url", address(port, i), "caption", "picture " + i))
              .iterator();
      return new Downloader(options).run(rows, new WebDatasetSink(folder), _ -> {});
    }
  }
}
