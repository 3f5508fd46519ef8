package io.vlm4j.data.download;

import io.vlm4j.data.Sample;
import io.vlm4j.data.download.PictureMaker.Made;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for one row, in a virtual thread that mostly waits: for its turn, for the network,
 * for a worker that makes the picture.
 */
final class RowWork {
  private static final Logger LOG = LoggerFactory.getLogger(RowWork.class);

  private final DownloadOptions options;
  private final Fetcher fetcher;
  private final PictureMaker maker;
  private final ExecutorService workers;
  private final Tally tally;

  RowWork(DownloadOptions options, Fetcher fetcher, ExecutorService workers, Tally tally) {
    this.options = options;
    this.fetcher = fetcher;
    this.maker = new PictureMaker(options.picture());
    this.workers = workers;
    this.tally = tally;
  }

  /** Puts the row's sample into the queue; {@code written} is told when it is written. */
  void run(String key, Row row, ShardQueue queue, Runnable written) throws InterruptedException {
    RowColumns names = options.columns();
    boolean exif = options.picture().exif();
    try {
      String address = row.text(names.url());
      if (address.isBlank()) {
        throw DownloadFailure.download("no address");
      }
      Answer answer = fetch(address, row);
      tally.received(answer.bytes().length);
      Sample sample = row.sample(key, names, make(answer, row), exif);
      tally.success();
      queue.put(
          sample,
          () -> {
            answer.share().close();
            written.run();
          });
    } catch (DownloadFailure e) {
      tally.failure(e);
      queue.put(row.failed(key, names, e, exif), written);
    }
  }

  private Answer fetch(String address, Row row) throws DownloadFailure, InterruptedException {
    try {
      return fetcher.fetch(address);
    } catch (RuntimeException e) {
      LOG.warn("{}: the address cannot be worked on", row.origin(), e);
      throw DownloadFailure.download("request failed", e.toString());
    }
  }

  private Made make(Answer answer, Row row) throws DownloadFailure, InterruptedException {
    RowColumns names = options.columns();
    String sha256 = names.sha256().isEmpty() ? "" : row.text(names.sha256()).strip();
    String type = answer.header("Content-Type");
    Future<Made> work = workers.submit(() -> maker.make(answer.bytes(), sha256, type));
    boolean made = false;
    try {
      Made picture = work.get();
      answer.share().become(picture.bytes().length);
      made = true;
      return picture;
    } catch (ExecutionException _) {
      throw failure(work.exceptionNow(), row);
    } finally {
      if (!made) {
        answer.share().close();
      }
    }
  }

  /** One strange picture among millions must not end the rest, nor one strange address above. */
  private static DownloadFailure failure(Throwable cause, Row row) {
    return switch (cause) {
      case DownloadFailure expected -> expected;
      case Error error -> throw error;
      default -> {
        LOG.warn("{}: the picture cannot be worked on", row.origin(), cause);
        yield DownloadFailure.picture("damaged picture", cause.toString());
      }
    };
  }
}
