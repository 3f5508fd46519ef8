package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the hub is, where its files are kept, and who asks.
 *
 * @param endpoint address of the hub, without a slash at its end
 * @param cache the folder with {@code models--ORG--NAME}
 * @param token sent to the endpoint and to no other host
 * @param offline use what is in the cache, ask nobody
 * @param timeout how long to wait for an answer, and for the next bytes of one
 */
public record HubSettings(
    URI endpoint, Path cache, Optional<String> token, boolean offline, Duration timeout) {
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:(\\w+)|\\{([^}]*)})");

  /**
   * Checks the endpoint and the token.
   *
   * @throws InputException if they are no http or https address, and no word
   */
  public HubSettings {
    if (!List.of("http", "https").contains(String.valueOf(endpoint.getScheme()))
        || endpoint.getHost() == null) {
      throw new InputException(
          "'" + endpoint + "' is no address of a hub; expected one such as https://huggingface.co");
    }
    if (token.isPresent() && !token.get().matches("\\p{Graph}+")) {
      throw new InputException("the token has characters that are in no token: copy it again");
    }
  }

  /** As the environment says, by the variables that Python's client reads. */
  public static HubSettings fromEnvironment() {
    return of(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** As {@code variables} say, for a user whose home folder is {@code home}. */
  static HubSettings of(Map<String, String> variables, Path home) {
    var environment = new Environment(variables, home);
    Path caches = environment.path("XDG_CACHE_HOME").orElseGet(() -> home.resolve(".cache"));
    Path ours = environment.path("HF_HOME").orElseGet(() -> caches.resolve("huggingface"));
    return new HubSettings(
        endpoint(environment.get("HF_ENDPOINT").orElse("https://huggingface.co")),
        environment
            .path("HF_HUB_CACHE")
            .or(() -> environment.path("HUGGINGFACE_HUB_CACHE"))
            .orElseGet(() -> ours.resolve("hub")),
        environment.token(environment.path("HF_TOKEN_PATH").orElseGet(() -> ours.resolve("token"))),
        environment.isTrue("HF_HUB_OFFLINE") || environment.isTrue("TRANSFORMERS_OFFLINE"),
        environment.seconds("HF_HUB_DOWNLOAD_TIMEOUT", 10));
  }

  /** The same with another token. */
  public HubSettings withToken(String other) {
    return new HubSettings(endpoint, cache, Optional.of(other), offline, timeout);
  }

  /** The same without any network. */
  public HubSettings asOffline() {
    return new HubSettings(endpoint, cache, token, true, timeout);
  }

  /** Whether an address is on the endpoint's own host and port. */
  boolean isEndpoint(URI place) {
    return endpoint.getScheme().equals(place.getScheme())
        && endpoint.getHost().equalsIgnoreCase(place.getHost())
        && port(endpoint) == port(place);
  }

  private static int port(URI address) {
    return address.getPort() >= 0
        ? address.getPort()
        : "https".equals(address.getScheme()) ? 443 : 80;
  }

  /** Without the token, which belongs in no log. */
  @Override
  public String toString() {
    return "%s, cache %s, %s token%s"
        .formatted(endpoint, cache, token.isPresent() ? "a" : "no", offline ? ", offline" : "");
  }

  private static URI endpoint(String text) {
    try {
      return URI.create(text.replaceFirst("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw new InputException("HF_ENDPOINT is '" + text + "', which is no address", e);
    }
  }

  private record Environment(Map<String, String> variables, Path home) {
    Optional<String> get(String name) {
      return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    Optional<Path> path(String name) {
      return get(name).map(this::expand);
    }

    private Path expand(String text) {
      String path =
          VARIABLE
              .matcher(text)
              .replaceAll(found -> {
                String name = found.group(1) == null ? found.group(2) : found.group(1);
                return Matcher.quoteReplacement(variables.getOrDefault(name, found.group()));
              });
      return path.equals("~") || path.startsWith("~/")
          ? home.resolve(path.substring(Math.min(2, path.length())))
          : Path.of(path);
    }

    boolean isTrue(String name) {
      return get(name)
          .filter(
              value -> List.of("1", "ON", "YES", "TRUE").contains(value.toUpperCase(Locale.ROOT)))
          .isPresent();
    }

    Duration seconds(String name, long standard) {
      String value = get(name).orElseGet(() -> Long.toString(standard));
      try {
        double seconds = Double.parseDouble(value);
        if (seconds > 0 && seconds < Integer.MAX_VALUE) {
          return Duration.ofMillis(Math.max(1, Math.round(1000 * seconds)));
        }
      } catch (NumberFormatException _) {
        // Told below.
      }
      throw new InputException(name + " is '" + value + "'; expected a number of seconds above 0");
    }

    Optional<String> token(Path file) {
      Optional<String> given = get("HF_TOKEN").or(() -> get("HUGGING_FACE_HUB_TOKEN"));
      if (given.isPresent() || isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
        return given.map(String::strip);
      }
      try {
        return Files.isRegularFile(file)
            ? Optional.of(Files.readString(file).strip()).filter(token -> !token.isEmpty())
            : Optional.empty();
      } catch (IOException e) {
        throw Json.cannotRead(file, e);
      }
    }
  }
}
