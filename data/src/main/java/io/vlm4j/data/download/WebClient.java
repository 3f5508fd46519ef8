package io.vlm4j.data.download;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * Makes one request and takes all of its answer, within limits of time and size. Redirects, hosts'
 * rules and second tries are others' matters.
 */
final class WebClient implements AutoCloseable {
  private static final int MOST_DISCARDED = 1 << 16;

  /** What a file is taken to need at first if it does not say how long it is. */
  private static final int UNKNOWN_LENGTH = 1 << 20;

  private final FetchLimits limits;
  private final MemoryBudget budget;
  private final Connections connections;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("download-deadlines").factory());

  WebClient(FetchLimits limits, NameLookup names, MemoryBudget budget) {
    this.limits = limits;
    this.budget = budget;
    this.connections = new Connections(limits, names);
    timer.setRemoveOnCancelPolicy(true); // nearly all answers come in time
  }

  /** Looks at the head of an answer with content. */
  @FunctionalInterface
  interface HeadCheck {
    /** Refuses the answer before its content is read. */
    void check(MessageHeaders headers) throws DownloadFailure;
  }

  Answer get(URI place, long maxBytes, HeadCheck check)
      throws DownloadFailure, InterruptedException {
    HttpGet request = request(place);
    boolean answered = false;
    var deadline = new Deadline(limits.timeout(), timer, request);
    try (deadline) {
      Answer answer = answer(open(place, request), request, maxBytes, check, deadline);
      answered = true;
      return answer;
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw failure(e, deadline);
    } finally {
      if (!answered) {
        request.cancel(); // closes the connection, unless all was read
      }
    }
  }

  private HttpGet request(URI place) {
    var request = new HttpGet(place);
    request.setHeader("User-Agent", limits.userAgent());
    request.setHeader("Accept", "image/jpeg,image/png,image/webp,image/gif,*/*;q=0.5");
    return request;
  }

  /**
   * Hosts close idle connections, sometimes in the moment in which they are used again; a new one
   * is what would have been used without them.
   */
  private ClassicHttpResponse open(URI place, HttpGet request) throws IOException {
    while (true) {
      var context = HttpClientContext.create();
      try {
        return connections.open(place, request, context);
      } catch (NoHttpResponseException | SocketException e) {
        EndpointDetails connection = context.getEndpointDetails();
        if (connection == null || connection.getRequestCount() <= 1 || request.isCancelled()) {
          throw e;
        }
      }
    }
  }

  private Answer answer(
      ClassicHttpResponse response,
      HttpGet request,
      long maxBytes,
      HeadCheck check,
      Deadline deadline)
      throws IOException, DownloadFailure, InterruptedException {
    HttpEntity entity = response.getEntity();
    if (response.getCode() != 200 || entity == null) {
      discard(entity, request);
      return new Answer(response.getCode(), response, new byte[0], budget.take(0));
    }
    try {
      check.check(response);
      if (entity.getContentLength() > maxBytes) {
        throw tooLarge(maxBytes);
      }
    } catch (DownloadFailure e) {
      discard(entity, request);
      throw e;
    }
    return receive(response, entity, maxBytes, deadline);
  }

  private Answer receive(
      ClassicHttpResponse response, HttpEntity entity, long maxBytes, Deadline deadline)
      throws IOException, DownloadFailure, InterruptedException {
    long announced = entity.getContentLength();
    deadline.pause();
    MemoryBudget.Share share =
        budget.take(announced >= 0 ? announced : Math.min(maxBytes, UNKNOWN_LENGTH));
    deadline.resume();
    boolean received = false;
    try {
      InputStream content = entity.getContent();
      byte[] bytes =
          announced >= 0
              ? announced(content, (int) announced, deadline)
              : unannounced(content, (int) maxBytes, share, deadline);
      share.become(bytes.length);
      received = true;
      return new Answer(response.getCode(), response, bytes, share);
    } finally {
      if (!received) {
        share.close();
      }
    }
  }

  private static byte[] announced(InputStream content, int length, Deadline deadline)
      throws IOException {
    deadline.expect(length);
    var bytes = new byte[length];
    int received = 0;
    int more = 0;
    while (received < length && more >= 0) {
      more = content.read(bytes, received, length - received);
      received += Math.max(0, more);
      deadline.received(received);
    }
    content.read(); // its end gives the connection back
    return bytes;
  }

  private static byte[] unannounced(
      InputStream content, int maxBytes, MemoryBudget.Share share, Deadline deadline)
      throws IOException, DownloadFailure, InterruptedException {
    int few = Math.min(maxBytes, UNKNOWN_LENGTH);
    byte[] first = content.readNBytes(few + 1);
    if (first.length <= few) {
      return first;
    }
    if (few == maxBytes) {
      throw tooLarge(maxBytes);
    }
    deadline.pause();
    share.becomeLongest();
    deadline.resume();
    byte[] rest = content.readNBytes(maxBytes - few);
    if (first.length + rest.length > maxBytes) {
      throw tooLarge(maxBytes);
    }
    byte[] all = Arrays.copyOf(first, first.length + rest.length);
    System.arraycopy(rest, 0, all, first.length, rest.length);
    return all;
  }

  private static DownloadFailure tooLarge(long maxBytes) {
    return DownloadFailure.download("larger than %,d bytes".formatted(maxBytes));
  }

  /** Takes what is short, so that the connection serves again; what is long is broken off. */
  private static void discard(@Nullable HttpEntity entity, HttpGet request) {
    try {
      if (entity != null
          && (entity.getContentLength() > MOST_DISCARDED
              || entity.getContent().readNBytes(MOST_DISCARDED + 1).length > MOST_DISCARDED)) {
        request.cancel();
      }
    } catch (IOException _) {
      request.cancel(); // nobody wanted it
    }
  }

  private static DownloadFailure failure(Exception cause, Deadline deadline) {
    if (deadline.hasPassed()) {
      // Not tried again: the limit says how long one address may keep a place.
      return DownloadFailure.silence("not all of an answer in time");
    }
    return switch (cause) {
      case NameLookup.Refused refused -> refused.failure();
      case ConnectTimeoutException _ ->
          DownloadFailure.silence("no connection in time").passing(Duration.ZERO);
      case SocketTimeoutException _ -> DownloadFailure.silence("not all of an answer in time");
      case ConnectException _ -> DownloadFailure.silence("no connection");
      case SSLException e ->
          DownloadFailure.download("no secure connection", String.valueOf(e.getMessage()));
      case IOException e ->
          DownloadFailure.download("connection broken", String.valueOf(e.getMessage()))
              .passing(Duration.ZERO);
      default -> DownloadFailure.download("request failed", cause.toString());
    };
  }

  @Override
  public void close() {
    connections.close();
    timer.shutdownNow();
  }
}
