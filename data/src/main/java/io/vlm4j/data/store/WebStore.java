package io.vlm4j.data.store;

import io.vlm4j.io.InputException;
import io.vlm4j.io.PassingFailure;
import io.vlm4j.io.Retries;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;

/** Plain files from a web server. */
final class WebStore {
  private static final Duration CONNECT = Duration.ofSeconds(20);

  private static final class Client {
    static final HttpClient HTTP =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(CONNECT)
            .build();
  }

  private WebStore() {}

  /** Copies a file; a failure that may pass is tried again. */
  static void fetch(String address, Path copy) {
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(URI.create(address)).build();
    } catch (IllegalArgumentException e) {
      throw new InputException(address + ": not a valid address: " + e.getMessage(), e);
    }
    Retries.USUAL.with(address, () -> fetch(request, copy));
  }

  private static Path fetch(HttpRequest request, Path copy) throws IOException {
    try {
      HttpResponse<Path> response = Client.HTTP.send(request, BodyHandlers.ofFile(copy));
      int status = response.statusCode();
      if (status == 200) {
        return copy;
      }
      String failure = "the server answered " + status;
      if (status == 429 || status >= 500) {
        throw new PassingFailure(failure, Duration.ZERO);
      }
      throw new InputException(request.uri() + ": " + failure);
    } catch (InterruptedException e) {
      throw Retries.interrupted(e);
    }
  }
}
