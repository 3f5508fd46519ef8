package io.vlm4j.data.download;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Makes one request and takes all of its answer, within limits of time and size. Redirects, hosts'
 * rules and second tries are others' matters.
 */
final class WebClient implements AutoCloseable {
  static {
    // Lists name more hosts than a process may have sockets open: idle ones must go soon.
    setUnlessSet("jdk.httpclient.connectionPoolSize", "256");
    setUnlessSet("jdk.httpclient.keepalive.timeout", "5");
    // A picture is some tens of kilobytes: fewer turns for each than with the client's 16.
    setUnlessSet("jdk.httpclient.bufsize", "32768");
  }

  private static final int MOST_DISCARDED = 1 << 16;

  /** What a file is taken to need at first if it does not say how long it is. */
  private static final int UNKNOWN_LENGTH = 1 << 20;

  private final FetchLimits limits;
  private final NameLookup names;
  private final MemoryBudget budget;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http;

  WebClient(FetchLimits limits, NameLookup names, MemoryBudget budget) {
    this.limits = limits;
    this.names = names;
    this.budget = budget;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // a picture is one request to one host
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connectTimeout())
            .executor(executor)
            .build();
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Looks at the head of an answer with content. */
  @FunctionalInterface
  interface HeadCheck {
    /** Refuses the answer before its content is read. */
    void check(HttpHeaders headers) throws DownloadFailure;
  }

  /**
   * An answer.
   *
   * @param bytes its content; none unless the status is 200
   * @param share of the memory budget, for who has the bytes to give back
   */
  record Answer(int status, HttpHeaders headers, byte[] bytes, MemoryBudget.Share share) {}

  /** The moment by which all must have come. */
  private static final class Deadline {
    private long moment;

    Deadline(Duration patience) {
      moment = System.nanoTime() + patience.toNanos();
    }

    long left() {
      return Math.max(1, moment - System.nanoTime());
    }

    void extend(long nanos) {
      moment += nanos;
    }
  }

  Answer get(URI place, long maxBytes, HeadCheck check)
      throws DownloadFailure, InterruptedException {
    var deadline = new Deadline(limits.timeout());
    names.check(place.getHost(), Duration.ofNanos(deadline.left()));
    HttpResponse<Publisher<List<ByteBuffer>>> response = send(place, deadline);
    HttpHeaders headers = response.headers();
    long announced = length(headers);
    if (response.statusCode() != 200) {
      discard(response.body(), announced, deadline);
      return new Answer(response.statusCode(), headers, new byte[0], budget.take(0));
    }
    try {
      check.check(headers);
      if (announced > maxBytes) {
        throw tooLarge(maxBytes);
      }
    } catch (DownloadFailure e) {
      discard(response.body(), announced, deadline);
      throw e;
    }
    return receive(response, announced, maxBytes, deadline);
  }

  private HttpResponse<Publisher<List<ByteBuffer>>> send(URI place, Deadline deadline)
      throws DownloadFailure, InterruptedException {
    CompletableFuture<HttpResponse<Publisher<List<ByteBuffer>>>> sent;
    try {
      var request =
          HttpRequest.newBuilder(place)
              .header("User-Agent", limits.userAgent())
              .header("Accept", "image/jpeg,image/png,image/webp,image/gif,*/*;q=0.5")
              .build();
      sent = http.sendAsync(request, BodyHandlers.ofPublisher());
    } catch (IllegalArgumentException _) {
      throw DownloadFailure.download("no address of the web");
    }
    boolean answered = false;
    try {
      var response = await(sent, deadline);
      answered = true;
      return response;
    } finally {
      if (!answered) {
        sent.cancel(true);
        // It may have come in this very moment.
        sent.thenAccept(late -> drop(late.body()));
      }
    }
  }

  private Answer receive(
      HttpResponse<Publisher<List<ByteBuffer>>> response,
      long announced,
      long maxBytes,
      Deadline deadline)
      throws DownloadFailure, InterruptedException {
    MemoryBudget.Share share;
    try {
      long before = System.nanoTime();
      share = budget.take(announced >= 0 ? announced : Math.min(maxBytes, UNKNOWN_LENGTH));
      deadline.extend(System.nanoTime() - before); // we let the other side wait
    } catch (InterruptedException e) {
      drop(response.body());
      throw e;
    }
    var collector = new BodyCollector(announced, UNKNOWN_LENGTH, maxBytes);
    response.body().subscribe(collector);
    boolean received = false;
    try {
      while (!collect(collector, maxBytes, deadline)) {
        long before = System.nanoTime();
        share.becomeLongest();
        deadline.extend(System.nanoTime() - before);
        collector.allowAll();
      }
      byte[] bytes = collector.bytes();
      share.become(bytes.length);
      received = true;
      return new Answer(response.statusCode(), response.headers(), bytes, share);
    } finally {
      if (!received) {
        collector.cancel();
        share.close();
      }
    }
  }

  /** Waits for all bytes, or until the collector needs room. */
  private static boolean collect(BodyCollector collector, long maxBytes, Deadline deadline)
      throws DownloadFailure, InterruptedException {
    try {
      return await(collector.turn(), deadline);
    } catch (DownloadFailure e) {
      if (collector.turn().isCompletedExceptionally()
          && collector.turn().exceptionNow() instanceof BodyCollector.TooLarge) {
        throw tooLarge(maxBytes);
      }
      throw e;
    }
  }

  private static DownloadFailure tooLarge(long maxBytes) {
    return DownloadFailure.download("larger than %,d bytes".formatted(maxBytes));
  }

  /** Takes what is short, so that the connection serves again; breaks off what is long. */
  private static void discard(Publisher<List<ByteBuffer>> body, long announced, Deadline deadline)
      throws InterruptedException {
    if (announced > MOST_DISCARDED) {
      drop(body);
      return;
    }
    var collector = new BodyCollector(-1, MOST_DISCARDED, MOST_DISCARDED);
    body.subscribe(collector);
    try {
      await(collector.turn(), deadline);
    } catch (DownloadFailure _) {
      // Nobody wanted it.
    } finally {
      collector.cancel();
    }
  }

  private static void drop(Publisher<List<ByteBuffer>> body) {
    var nothing = new BodyCollector(0, 0, 0);
    body.subscribe(nothing);
    nothing.cancel();
  }

  private static <T> T await(CompletableFuture<T> future, Deadline deadline)
      throws DownloadFailure, InterruptedException {
    try {
      return future.get(deadline.left(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      // Not tried again: the limit says how long one address may keep a place.
      throw DownloadFailure.download("not all of an answer in time");
    } catch (ExecutionException _) {
      throw failure(future.exceptionNow());
    }
  }

  private static DownloadFailure failure(Throwable cause) {
    return switch (cause) {
      case HttpConnectTimeoutException _ ->
          DownloadFailure.download("no connection in time").passing(Duration.ZERO);
      case ConnectException _ -> DownloadFailure.download("no connection");
      case SSLException e ->
          DownloadFailure.download("no secure connection", String.valueOf(e.getMessage()));
      case IOException e ->
          DownloadFailure.download("connection broken", String.valueOf(e.getMessage()))
              .passing(Duration.ZERO);
      default -> DownloadFailure.download("request failed", cause.toString());
    };
  }

  private static long length(HttpHeaders headers) {
    try {
      return headers.firstValueAsLong("Content-Length").orElse(-1);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    executor.shutdownNow();
  }
}
