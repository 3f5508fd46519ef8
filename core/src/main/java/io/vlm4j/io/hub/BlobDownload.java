package io.vlm4j.io.hub;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.PassingFailure;
import io.vlm4j.io.Retries;
import io.vlm4j.io.hub.HubClient.RemoteFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one blob: appends to {@code ETAG.incomplete}, after a cut from where it stopped, checks
 * the whole, and only then gives it its name.
 *
 * @param received hears of bytes that arrived, and, below zero, of bytes that were thrown away
 */
record BlobDownload(
    HubClient client,
    Retries retries,
    Duration timeout,
    HubCache cache,
    ModelName.Repository repository,
    String commit,
    LongConsumer received) {
  private static final Logger LOG = LoggerFactory.getLogger(BlobDownload.class);
  private static final int CHUNK = 1 << 18;

  /**
   * Leaves the blob in the cache; the caller holds its lock.
   *
   * @throws InputException if the content is another than the hub says, or cannot be had
   */
  void fetch(RemoteFile file) {
    Path blob = cache.blob(file.etag());
    Path incomplete = cache.incomplete(file.etag());
    try {
      Files.createDirectories(HubCache.parent(blob));
      boolean resumed = fill(file, incomplete);
      String found = ContentHash.of(incomplete, file.etag());
      if (resumed && !found.equals(file.etag())) {
        LOG.warn("{}: what an earlier download left is damaged; fetching all of it", file.name());
        discard(incomplete);
        fill(file, incomplete);
        found = ContentHash.of(incomplete, file.etag());
      }
      if (!found.equals(file.etag())) {
        discard(incomplete);
        throw new InputException(
            "%s of %s arrived damaged: its hash is %s, not %s; it is deleted, try again"
                .formatted(file.name(), repository, found, file.etag()));
      }
      Files.move(
          incomplete, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(incomplete, e);
    }
  }

  private void discard(Path incomplete) throws IOException {
    received.accept(-Files.size(incomplete));
    Files.delete(incomplete);
  }

  /** Fetches what is missing; says whether some of it was there before. */
  private boolean fill(RemoteFile file, Path incomplete) throws IOException {
    try (var channel =
        FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (file.size() >= 0 && channel.size() > file.size()) {
        channel.truncate(0);
      }
      boolean resumed = channel.size() > 0;
      received.accept(channel.size());
      var failures = retries.failures("cannot fetch " + file.name() + " of " + repository);
      boolean isComplete = file.size() >= 0 && channel.size() == file.size();
      while (!isComplete) {
        long before = channel.size();
        try {
          isComplete = request(file, channel);
        } catch (PassingFailure | Cut e) {
          if (channel.size() > before) {
            failures.forgive();
          }
          failures.add(e);
        }
      }
      channel.force(true); // the name promises the content, also after a power cut
      return resumed;
    }
  }

  /** The network failed, not the disk. */
  private static final class Cut extends IOException {
    Cut(String message, IOException cause) {
      super(message, cause);
    }

    Cut(String message) {
      super(message);
    }
  }

  private boolean request(RemoteFile file, FileChannel channel) throws IOException {
    HttpResponse<InputStream> response = ask(file, channel.size());
    if (response.statusCode() == 416
        || (response.statusCode() == 206 && !continues(response, channel.size()))) {
      response.body().close();
      restart(channel);
      throw new Cut("the hub has no such part; beginning anew");
    }
    if (response.statusCode() == 200 && channel.size() > 0) {
      restart(channel); // the whole comes, whatever was asked for
    }
    channel.position(channel.size());
    receive(response, file, channel);
    if (file.size() >= 0 && channel.size() < file.size()) {
      throw new Cut("only %,d of %,d bytes came".formatted(channel.size(), file.size()));
    }
    return true;
  }

  private HttpResponse<InputStream> ask(RemoteFile file, long from) throws IOException {
    try {
      return client.get(repository, commit, file.name(), from);
    } catch (PassingFailure e) {
      throw e;
    } catch (IOException e) {
      throw new Cut(Retries.reason(e), e);
    }
  }

  private static boolean continues(HttpResponse<InputStream> response, long from) {
    String range = response.headers().firstValue("Content-Range").orElse("");
    return range.startsWith("bytes " + from + "-");
  }

  private void restart(FileChannel channel) throws IOException {
    received.accept(-channel.size());
    channel.truncate(0);
  }

  private void receive(HttpResponse<InputStream> response, RemoteFile file, FileChannel channel)
      throws IOException {
    var chunk = new byte[CHUNK];
    try (InputStream body = response.body();
        var guard = new StallGuard(body, timeout)) {
      while (true) {
        int length;
        try {
          length = body.read(chunk);
        } catch (IOException e) {
          throw guard.hasFired()
              ? new Cut("nothing came for %.1f s".formatted(timeout.toMillis() / 1000.0), e)
              : new Cut("the connection was cut", e);
        }
        if (length < 0) {
          return;
        }
        guard.alive();
        if (file.size() >= 0 && channel.size() + length > file.size()) {
          restart(channel);
          throw new InputException(
              "%s of %s is longer than the %,d bytes that the hub announced; it is deleted"
                  .formatted(file.name(), repository, file.size()));
        }
        var bytes = ByteBuffer.wrap(chunk, 0, length);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        received.accept(length);
      }
    }
  }
}
