package io.vlm4j.io.hub;

import io.vlm4j.io.Patience;
import io.vlm4j.io.Retries;
import io.vlm4j.testing.HubServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A user of a {@link HubServer} with a cache, who waits no real time between attempts. */
record HubDesk(HubServer server, HubSettings settings, List<Duration> pauses) {
  static final ModelName.Repository MODEL =
      new ModelName.Repository(HubServer.REPOSITORY, ModelName.DEFAULT_REVISION);

  static HubDesk at(HubServer server, Path cache) {
    return new HubDesk(
        server,
        new HubSettings(server.address(), cache, Optional.empty(), false, Duration.ofSeconds(20)),
        Collections.synchronizedList(new ArrayList<>()));
  }

  HubDesk with(HubSettings other) {
    return new HubDesk(server, other, pauses);
  }

  HubDesk withTimeout(Duration timeout) {
    return with(
        new HubSettings(settings.endpoint(), settings.cache(), settings.token(), false, timeout));
  }

  Hub hub() {
    return new Hub(
        settings,
        new Retries(new Patience(4, Duration.ofMillis(500), Duration.ofMinutes(5)), pauses::add));
  }

  Path pull() {
    return hub().snapshot(MODEL, FileSelection.model(), Progress.NONE);
  }

  Path blob(String file) {
    return settings.cache().resolve("models--acme--model/blobs").resolve(server.etag(file));
  }

  Path incomplete(String file) {
    return blob(file).resolveSibling(server.etag(file) + ".incomplete");
  }

  /** Everything below the cache: folders end with a slash, links show where they lead. */
  List<String> tree() {
    Path cache = settings.cache();
    try (var all = Files.walk(cache)) {
      return all.filter(path -> !path.equals(cache))
          .map(path -> line(cache, path))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String line(Path cache, Path path) {
    try {
      String name = cache.relativize(path).toString();
      return Files.isSymbolicLink(path)
          ? name + " -> " + Files.readSymbolicLink(path)
          : Files.isDirectory(path) ? name + "/" : name;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
