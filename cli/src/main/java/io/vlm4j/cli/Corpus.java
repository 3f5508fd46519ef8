package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSet;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.data.icons.PeopleIcons;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The demo's corpus: fetched with Maven, since only the demo needs it, and rendered once. */
final class Corpus {
  /** Side of the rendered pictures, in pixels. */
  static final int RENDERED_SIZE = 64;

  private static final long FETCH_MINUTES = 30;

  private Corpus() {}

  /** Where downloads and renderings are kept. */
  static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return base.resolve("vlm4j");
  }

  /** Opens the corpus; {@code limit} drawings for each style and part at most. */
  static IconCorpus open(IconSplit split, int size, int limit) {
    Path folder = cache().resolve("icons");
    Path icons = jar(folder, "iconify__json").or(() -> fetched(folder, "iconify__json")).get();
    Path words = jar(folder, "jemoji").or(() -> fetched(folder, "jemoji")).get();
    try (var bar = new Terminal.Bar("rendering")) {
      return IconCorpus.open(
          icons, words, split, size, limit, folder, (done, all) -> bar.show(done, all, "pictures"));
    }
  }

  /** People in all tones of skin, of a style that nobody is trained on. */
  static List<Sample> people(String style) {
    Path folder = cache().resolve("icons");
    Path icons = jar(folder, "iconify__json").or(() -> fetched(folder, "iconify__json")).get();
    return PeopleIcons.read(icons, style, RENDERED_SIZE);
  }

  private static Optional<Path> jar(Path folder, String prefix) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).matches(prefix + "-[^-]*\\.jar"))
          .findFirst();
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
  }

  private static Optional<Path> fetched(Path folder, String prefix) {
    fetch(folder);
    return Optional.of(
        jar(folder, prefix)
            .orElseThrow(() -> new InputException("Maven fetched no " + prefix + " jar")));
  }

  /** Lets Maven fetch the jars: it knows the user's mirrors, proxies and credentials. */
  private static void fetch(Path folder) {
    Path pom = Path.of(System.getProperty("vlm4j.home", "."), "icons", "pom.xml");
    if (!Files.isRegularFile(pom)) {
      throw new InputException("no " + pom + ": start the demo with the vlm4j script");
    }
    Terminal.line("corpus", "fetching the icon sets (about 90 MB, once)");
    Path log = folder.resolve("fetch.log");
    try {
      Files.createDirectories(folder);
      var process =
          new ProcessBuilder(
                  "mvn",
                  "-B",
                  "-ntp",
                  "-f",
                  pom.toString(),
                  "dependency:copy-dependencies",
                  "-DoutputDirectory=" + folder.toAbsolutePath())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(FETCH_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroy();
        throw new InputException(
            "Maven could not fetch the icon sets; is the network reachable? It says why in " + log);
      }
    } catch (IOException e) {
      throw new InputException(
          "cannot start 'mvn' to fetch the icon sets: " + AtomicFiles.reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("interrupted while fetching the icon sets", e);
    }
  }

  /** A file that names the author and the licence of every icon set in use. */
  static void writeAttribution(Path file, List<IconSet> sets) {
    var text = new StringBuilder("# Icon sets\n\n| set | author | licence |\n|---|---|---|\n");
    for (IconSet set : sets) {
      text.append(
          "| %s (`%s`) | %s | [%s](%s) |%n"
              .formatted(
                  set.title(),
                  set.prefix(),
                  set.author(),
                  set.license().title(),
                  set.license().url()));
    }
    AtomicFiles.writeString(file, text.toString());
  }
}
