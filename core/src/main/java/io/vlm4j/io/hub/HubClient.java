package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.PassingFailure;
import io.vlm4j.io.Retries;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Speaks with the hub. Redirects are followed here and not by the JDK, because the token may go to
 * the endpoint only, and because the answer about a large file is the redirect itself.
 */
final class HubClient implements AutoCloseable {
  private static final int MOST_REDIRECTS = 10;
  private static final int MOST_LISTED = 100_000;
  private static final Pattern ILLEGAL = Pattern.compile("[^!-~]|[\"<>^`{|}]");
  private static final Duration LISTING_TIME = Duration.ofMinutes(2);

  private final HubSettings settings;
  private final Retries retries;
  // Parallel downloads get a connection each; HTTP/2 would put them into one.
  private final HttpClient http;

  HubClient(HubSettings settings, Retries retries) {
    this.settings = settings;
    this.retries = retries;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeout())
            .build();
  }

  /**
   * What a revision is.
   *
   * @param commit its hash
   * @param files all that it has
   */
  record Listing(String commit, List<String> files) {}

  /**
   * What the hub says of a file.
   *
   * @param etag names its content
   * @param size in bytes; -1 if the hub does not say
   */
  record RemoteFile(String name, String etag, long size) {}

  /** The files of a revision, by names that nobody has checked yet. */
  Listing list(ModelName.Repository repository) {
    URI address =
        address("/api/models/" + repository.id() + "/revision/" + encode(repository.revision()));
    JsonNode answer =
        retries.with(
            "cannot list " + repository,
            () -> {
              var response =
                  send("GET", address, -1, BodyHandlers.ofInputStream(), HubClient::isRedirect);
              try (InputStream body = response.body();
                  var _ = new StallGuard(body, LISTING_TIME)) {
                requireSuccess(response, new HubRefusal(settings, repository, ""));
                return parse(new String(body.readAllBytes(), StandardCharsets.UTF_8));
              }
            });
    String commit = answer.path("sha").asString("");
    if (!HubCache.isCommit(commit) || answer.path("siblings").size() > MOST_LISTED) {
      throw new InputException(address + " does not answer as a hub does; is HF_ENDPOINT right?");
    }
    return new Listing(
        commit,
        StreamSupport.stream(answer.path("siblings").spliterator(), false)
            .map(sibling -> sibling.path("rfilename").asString(""))
            .toList());
  }

  private static JsonNode parse(String answer) {
    try {
      return Json.parse(answer);
    } catch (InputException _) {
      return Json.object(); // has none of what a listing has
    }
  }

  /** What content a file has at a commit. */
  RemoteFile head(ModelName.Repository repository, String commit, String file) {
    return retries.with(
        "cannot ask for " + file + " of " + repository,
        () -> {
          var response =
              send(
                  "HEAD",
                  address(repository, commit, file),
                  -1,
                  BodyHandlers.discarding(),
                  answer -> isRedirect(answer) && !hasContentHash(answer));
          if (!isRedirect(response)) {
            requireSuccess(response, new HubRefusal(settings, repository, file));
          }
          HttpHeaders headers = response.headers();
          String etag =
              headers
                  .firstValue("X-Linked-Etag")
                  .or(() -> headers.firstValue("ETag"))
                  .map(value -> value.replaceFirst("^W/", "").replace("\"", ""))
                  .orElseThrow(() ->
                      new InputException(
                          "%s does not say which content %s has; is HF_ENDPOINT right?"
                              .formatted(settings.endpoint(), file)));
          Optional<String> theirs = headers.firstValue("X-Repo-Commit");
          if (theirs.isPresent() && !theirs.get().equals(commit)) {
            throw new InputException(
                "%s of %s was asked for at commit %s, and the hub answered for %s"
                    .formatted(file, repository, commit, theirs.get()));
          }
          long size =
              headers
                  .firstValueAsLong("X-Linked-Size")
                  .orElseGet(() -> headers.firstValueAsLong("Content-Length").orElse(-1));
          return new RemoteFile(file, etag, size);
        });
  }

  /**
   * A file's content from a byte on: status 200 (all of it), 206 (the rest) or 416 (there is none).
   *
   * @throws IOException if it may work later
   */
  HttpResponse<InputStream> get(
      ModelName.Repository repository, String commit, String file, long from) throws IOException {
    var response =
        send(
            "GET",
            address(repository, commit, file),
            from,
            BodyHandlers.ofInputStream(),
            HubClient::isRedirect);
    if (response.statusCode() == 416 && from > 0) {
      response.body().close();
      return response;
    }
    try {
      // A host of content answers so when the signature in its address has run out.
      if (response.statusCode() == 403 && !settings.isEndpoint(response.uri())) {
        throw new PassingFailure(response.uri().getHost() + " answered 403", Duration.ZERO);
      }
      requireSuccess(response, new HubRefusal(settings, repository, file));
    } catch (IOException | InputException e) {
      response.body().close();
      throw e;
    }
    return response;
  }

  private <T> HttpResponse<T> send(
      String method,
      URI address,
      long from,
      BodyHandler<T> handler,
      Predicate<HttpResponse<?>> follow)
      throws IOException {
    URI place = address;
    for (int i = 0; i < MOST_REDIRECTS; i++) {
      HttpResponse<T> response = sendOnce(method, place, from, handler);
      if (!follow.test(response)) {
        return response;
      }
      if (response.body() instanceof InputStream body) {
        body.close();
      }
      place = target(place, response);
    }
    throw new InputException(address + " redirects in a circle; is HF_ENDPOINT right?");
  }

  private <T> HttpResponse<T> sendOnce(String method, URI place, long from, BodyHandler<T> handler)
      throws IOException {
    var request =
        HttpRequest.newBuilder(place)
            .method(method, BodyPublishers.noBody())
            .timeout(settings.timeout())
            .header("User-Agent", "vlm4j")
            .header("Accept-Encoding", "identity"); // lengths and ranges are those of the file
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (settings.isEndpoint(place)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    try {
      return http.send(request.build(), handler);
    } catch (InterruptedException e) {
      throw Retries.interrupted(e);
    }
  }

  private static URI target(URI place, HttpResponse<?> response) {
    String location = response.headers().firstValue("Location").orElse("");
    try {
      URI target = place.resolve(legal(location));
      boolean isWeb = Objects.equals(target.getScheme(), "https") || isSameScheme(place, target);
      if (!location.isEmpty() && isWeb && target.getHost() != null) {
        return target;
      }
    } catch (IllegalArgumentException _) {
      // Told below.
    }
    throw new InputException(place + " redirects to '" + location + "': refused");
  }

  /** Signed addresses hold names of files, which not every host encodes as Java wants it. */
  private static String legal(String address) {
    return ILLEGAL.matcher(address).replaceAll(found -> encode(found.group()));
  }

  /** From https nobody is led to http. */
  private static boolean isSameScheme(URI place, URI target) {
    return Objects.equals(place.getScheme(), target.getScheme());
  }

  private static boolean isRedirect(HttpResponse<?> response) {
    return List.of(301, 302, 303, 307, 308).contains(response.statusCode());
  }

  private static boolean hasContentHash(HttpResponse<?> response) {
    return response.headers().firstValue("X-Linked-Etag").isPresent();
  }

  private static void requireSuccess(HttpResponse<?> response, HubRefusal refusal)
      throws IOException {
    if (response.statusCode() != 200 && response.statusCode() != 206) {
      throw refusal.of(response);
    }
  }

  private URI address(ModelName.Repository repository, String commit, String file) {
    String path =
        Arrays.stream(file.split("/")).map(HubClient::encode).collect(Collectors.joining("/"));
    return address("/" + repository.id() + "/resolve/" + encode(commit) + "/" + path);
  }

  private URI address(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
