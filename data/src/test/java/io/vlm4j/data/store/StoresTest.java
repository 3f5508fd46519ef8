package io.vlm4j.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vlm4j.data.Part.Text;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.sink.WebDatasetSink;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoresTest {
  @TempDir Path folder;

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private String address;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    address = "http://127.0.0.1:" + server.getAddress().getPort();
    System.setProperty("aws.endpointUrlS3", address);
  }

  @AfterEach
  void stop() {
    System.clearProperty("aws.endpointUrlS3");
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.incrementAndGet();
      if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      byte[] content = files.get(exchange.getRequestURI().getPath());
      if (content == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    }
  }

  @Test
  void shardsFarAwayAreRead() throws IOException {
    files.put("/set/00000.tar", tar("a"));
    files.put("/set/00001.tar", tar("b"));

    assertThat(keys(address + "/set/{00000..00001}.tar?token=1")).containsExactly("a", "b");
    assertThat(keys("s3://set/00000.tar")).containsExactly("a");
  }

  @Test
  void aPassingFailureIsTriedAgain() throws IOException {
    files.put("/a.tar", tar("a"));
    failures.set(1);

    assertThat(keys(address + "/a.tar")).containsExactly("a");
  }

  @Test
  void aFileIsFetchedOnceForItsSizeAndItsRows() throws IOException {
    files.put("/a.tar", tar("a"));
    Source tar = Sources.open(address + "/a.tar", Columns.USUAL);

    assertThat(tar.size()).isOne();
    assertThat(tar.stream(new SkippedSamples())).hasSize(1);

    assertThat(requests.get()).isOne();
  }

  @Test
  void aParquetFileIsFetchedOnceForAllItsRowGroups() throws Exception {
    Path file = folder.resolve("a.parquet");
    try (var database = DriverManager.getConnection("jdbc:duckdb:");
        var statement = database.createStatement()) {
      statement.execute(
          "COPY (SELECT range AS n FROM range(5000)) TO '%s' (format parquet, row_group_size 2048)"
              .formatted(file));
    }
    files.put("/a.parquet", Files.readAllBytes(file));
    Source parquet = Sources.open(address + "/a.parquet", Columns.USUAL);

    assertThat(parquet.shards()).hasSize(3);
    assertThat(parquet.stream(new SkippedSamples())).hasSize(5_000);

    assertThat(requests.get()).isOne();
  }

  @Test
  void whatCouldNotBeFetchedIsAskedForAgain() throws IOException {
    Source late = Sources.open(address + "/late.tar", Columns.USUAL);
    assertThatThrownBy(late::size).isInstanceOf(InputException.class).hasMessageContaining("404");

    files.put("/late.tar", tar("a"));

    assertThat(late.size()).isOne();
  }

  @Test
  void tablesNameFilesBesideThemselves() throws IOException {
    files.put("/set/pairs.csv", "filepath,title\npictures/a.png,one\n".getBytes());
    files.put("/set/pictures/a.png", new byte[] {1, 2});

    List<Sample> samples =
        Sources.open(address + "/set/pairs.csv", Columns.USUAL).stream(new SkippedSamples())
            .toList();

    assertThat(samples.getFirst().picture().bytes()).containsExactly(1, 2);
  }

  @Test
  void whatIsNotThereIsNamedWithTheServersAnswer() {
    assertThatThrownBy(() -> Stores.fetch(address + "/none.tar"))
        .isInstanceOf(InputException.class)
        .hasMessage(address + "/none.tar: the server answered 404");
    assertThatThrownBy(() -> Stores.fetch("s3://set/none.tar"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("s3://set/none.tar: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void addressesOfNoStoreAreRefused() {
    assertThatThrownBy(() -> Stores.fetch("gopher://x/y"))
        .isInstanceOf(InputException.class)
        .hasMessage("gopher://x/y: no store of kind 'gopher'; http, https and s3 are known");
    assertThatThrownBy(() -> Stores.fetch("s3://bucket"))
        .isInstanceOf(InputException.class)
        .hasMessage("s3://bucket: expected s3://BUCKET/KEY");
    assertThat(Stores.isFar("C:/data")).isFalse();
    assertThat(Stores.isFar("/data/x.tar")).isFalse();
  }

  private byte[] tar(String key) throws IOException {
    Path at = folder.resolve(key);
    var sample = new Sample(key, "here", List.of(new Text("text")), Map.of());
    new WebDatasetSink(at).write(0, List.of(sample).iterator());
    return Files.readAllBytes(at.resolve("00000.tar"));
  }

  private static List<String> keys(String place) {
    var skipped = new SkippedSamples();
    List<String> keys =
        Sources.open(place, Columns.USUAL).stream(skipped).map(Sample::key).toList();
    assertThat(skipped.causes()).isEmpty();
    return keys;
  }
}
