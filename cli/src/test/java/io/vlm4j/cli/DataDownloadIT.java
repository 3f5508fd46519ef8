package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code data download} from a server on this machine, and training from what it leaves. */
class DataDownloadIT {
  private static final int PICTURES = 12;

  @TempDir Path folder;

  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String name = exchange.getRequestURI().getPath();
            if (name.equals("/0.png")) {
              exchange.sendResponseHeaders(404, -1);
              return;
            }
            byte[] picture = ImageEncoder.png(Pictures.noise(40, 20, name.hashCode()));
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
          }
        });
    server.start();
    var list = new StringBuilder("url\tcaption\n");
    for (int i = 0; i < PICTURES; i++) {
      list.append(
          "http://127.0.0.1:%d/%d.png\tpicture %d%n"
              .formatted(server.getAddress().getPort(), i, i));
    }
    Files.writeString(folder.resolve("list.tsv"), list);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Command command() {
    return new Command(folder);
  }

  @Test
  void aListBecomesShardsThatTrainAModel() {
    Object[] download = {
      "data",
      "download",
      "list.tsv",
      "--out",
      "shards",
      "--private-addresses",
      "--image-size",
      32,
      "--shard-size",
      5
    };

    var first = command().run(download).succeeded();

    assertThat(first.out()).contains("11 pictures, 1 failed", "404", "shards: 3 written");
    List<Sample> samples =
        Sources.open(folder.resolve("shards").toString(), Columns.USUAL).stream(
                new SkippedSamples())
            .toList();
    assertThat(samples).hasSize(PICTURES - 1);
    assertThat(samples)
        .allSatisfy(sample -> {
          assertThat(sample.text()).startsWith("picture ");
          assertThat(sample.picture().pixels().width()).isEqualTo(32);
        });
    assertThat(command().run(download).succeeded().out()).contains("shards: 0 written, 3 were");

    var trained =
        command()
            .run(
                "train",
                "--stream",
                "--dataset-resampled",
                "--train-data",
                "shards/{00000..00002}.tar",
                "--model",
                "clip-nano",
                "--steps",
                2,
                "--batch-size",
                4,
                "--out",
                "run")
            .succeeded();
    assertThat(trained.out()).contains("11 to learn from");
    assertThat(folder.resolve("run/model/model.safetensors")).exists();
  }

  @Test
  void thisMachineIsNotAskedUnlessToldSo() {
    var result = command().run("data", "download", "list.tsv", "--out", "shards").succeeded();

    assertThat(result.out()).contains("0 pictures, 12 failed", "private");
  }

  @Test
  void aListWithoutAddressesIsRefusedInOneLine() throws IOException {
    Files.writeString(folder.resolve("list.tsv"), "filepath\tcaption\na.png\ta\n");

    var result = command().run("data", "download", "list.tsv", "--out", "shards");

    assertThat(result.code()).isNotZero();
    assertThat(result.err().lines()).hasSize(1).allMatch(line -> line.contains("url"));
    assertThat(folder.resolve("shards")).doesNotExist();
  }
}
