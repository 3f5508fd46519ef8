package io.vlm4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import io.vlm4j.io.InputException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResumeTest {
  private static final byte[] JPEG = TestPictures.jpeg(40, 20);
  private static final int ROWS = 95;
  private static final DownloadOptions OPTIONS =
      DownloadOptions.DEFAULT
          .withShards(10, 2)
          .withHosts(HostRules.DEFAULT.withPrivateAddresses(true));

  private final PictureServer server = new PictureServer();
  private final MemorySink sink = new MemorySink();

  @AfterEach
  void close() {
    server.close();
  }

  private Iterator<Map<String, String>> rows() {
    return IntStream.range(0, ROWS)
        .mapToObj(i -> Map.of("url", server.at("/" + i), "caption", Integer.toString(i)))
        .iterator();
  }

  private void servePictures() {
    for (int i = 0; i < ROWS; i++) {
      server.on("/" + i, PictureServer.sends(JPEG));
    }
  }

  private void requireAllOnce() {
    List<String> captions = sink.samples().stream().map(Sample::text).toList();
    assertThat(captions)
        .containsExactlyElementsOf(IntStream.range(0, ROWS).mapToObj(Integer::toString).toList());
    assertThat(sink.samples()).extracting(Sample::key).doesNotHaveDuplicates();
  }

  @Test
  void interruptedRunIsContinuedWithoutLossOrDuplicates() throws Exception {
    servePictures();
    var reached = new CountDownLatch(1);
    HttpTrap trap = new HttpTrap(server, "/47", reached);
    var failure = new AtomicReference<Throwable>();
    Thread run =
        Thread.ofPlatform()
            .start(() -> {
              try {
                new Downloader(OPTIONS).run(rows(), sink, _ -> {});
              } catch (InputException e) {
                failure.set(e);
              }
            });
    reached.await();
    run.interrupt();
    run.join();
    assertThat(failure.get()).hasMessage("the download was stopped; the same command continues it");
    assertThat(sink.has(4)).isFalse();
    assertThat(sink.finished).isFalse();
    int whole = sink.shards.size();
    trap.open();

    DownloadReport report = new Downloader(OPTIONS).run(rows(), sink, _ -> {});

    assertThat(report.shardsSkipped()).isEqualTo(whole);
    assertThat(report.shardsWritten()).isEqualTo(10 - whole);
    requireAllOnce();
  }

  @Test
  void failingSinkEndsTheRunWithItsMessage() {
    servePictures();
    var full =
        new Sink() {
          @Override
          public boolean has(int shard) {
            return sink.has(shard);
          }

          @Override
          public void write(int shard, Iterator<Sample> samples) {
            if (shard == 3) {
              samples.next();
              throw new InputException("the disk is full");
            }
            sink.write(shard, samples);
          }

          @Override
          public void finish() {
            sink.finish();
          }
        };

    assertThatThrownBy(() -> new Downloader(OPTIONS).run(rows(), full, _ -> {}))
        .isInstanceOf(InputException.class)
        .hasMessage("the disk is full");
    assertThat(sink.finished).isFalse();
    assertThat(sink.shards).doesNotContainKey(3);

    new Downloader(OPTIONS).run(rows(), sink, _ -> {});
    requireAllOnce();
  }

  @Test
  void nothingIsAskedForWhatIsThere() {
    servePictures();
    new Downloader(OPTIONS).run(rows(), sink, _ -> {});
    int asked = server.requests().size();

    DownloadReport report = new Downloader(OPTIONS).run(rows(), sink, _ -> {});

    assertThat(server.requests()).hasSize(asked);
    assertThat(report.rows()).isZero();
    assertThat(report.shardsSkipped()).isEqualTo(10);
  }

  /** Holds back one answer until it is opened. */
  private static final class HttpTrap {
    private final CountDownLatch opened = new CountDownLatch(1);

    HttpTrap(PictureServer server, String path, CountDownLatch reached) {
      server.on(
          path,
          exchange -> {
            reached.countDown();
            try {
              opened.await();
            } catch (InterruptedException _) {
              return;
            }
            PictureServer.sends(JPEG).handle(exchange);
          });
    }

    void open() {
      opened.countDown();
    }
  }
}
