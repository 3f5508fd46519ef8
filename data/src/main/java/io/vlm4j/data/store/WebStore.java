package io.vlm4j.data.store;

import io.vlm4j.io.InputException;
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
  private static final int TRIES = 4;
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(500);

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
    for (int attempt = 1; ; attempt++) {
      String failure;
      try {
        HttpResponse<Path> response =
            Client.HTTP.send(
                HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofFile(copy));
        int status = response.statusCode();
        if (status == 200) {
          return;
        }
        failure = "the server answered " + status;
        if (status != 429 && status < 500) {
          throw new InputException(address + ": " + failure);
        }
      } catch (IllegalArgumentException e) {
        throw new InputException(address + ": not a valid address: " + e.getMessage(), e);
      } catch (IOException e) {
        failure = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InputException(address + ": interrupted", e);
      }
      if (attempt == TRIES) {
        throw new InputException("%s: %s, %d times".formatted(address, failure, TRIES));
      }
      pause(attempt, address);
    }
  }

  private static void pause(int attempt, String address) {
    try {
      Thread.sleep(PAUSE.multipliedBy(1L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException(address + ": interrupted", e);
    }
  }
}
