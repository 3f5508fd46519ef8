package io.vlm4j.cli;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import io.vlm4j.io.hub.FileSelection;
import io.vlm4j.io.hub.Hub;
import io.vlm4j.io.hub.HubSettings;
import io.vlm4j.io.hub.ModelName;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a model of the hub. */
@Command(
    name = "pull",
    description = {
      "Fetches a model of the Hugging Face hub into the cache that its Python client uses too,",
      "and prints its folder. What is there already, in part or whole, is not fetched again."
    })
final class PullCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "ORG/NAME[@REVISION]",
      description = "The repository; a branch, a tag or a commit (default: main).")
  private String name = "";

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description = {
        "Fetch the files that fit this, such as '*.json'; may be given several times",
        "(default: what a model folder needs, and of the weights one form)."
      })
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "Leave out the files that fit this; may be given several times.")
  private List<String> exclude = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Also copy the files there; prints that folder.")
  private @Nullable Path to;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "For what is gated or private (default: HF_TOKEN, or that of 'hf auth login').")
  private @Nullable String token;

  @Option(names = "--offline", description = "Ask nobody, say what the cache has.")
  private boolean offline;

  @Override
  public Integer call() {
    ModelName.Repository repository = ModelName.repository(name);
    var files = FileSelection.of(include, exclude);
    var chosen = new ArrayList<String>();
    Path snapshot;
    try (var download = new Download()) {
      snapshot =
          new Hub(settings())
              .snapshot(
                  repository,
                  all -> {
                    chosen.addAll(files.of(all));
                    return chosen;
                  },
                  download);
    }
    if (to != null) {
      // Offline nobody has listed the files.
      copy(snapshot, chosen.isEmpty() ? files.of(names(snapshot)) : chosen, to);
    }
    System.out.println(to == null ? snapshot : to);
    return 0;
  }

  private HubSettings settings() {
    HubSettings settings = HubSettings.fromEnvironment();
    settings = token == null ? settings : settings.withToken(token);
    return offline ? settings.asOffline() : settings;
  }

  private static List<String> names(Path snapshot) {
    try (Stream<Path> all = Files.walk(snapshot, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(Files::isRegularFile)
          .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw Json.cannotRead(snapshot, e);
    }
  }

  private static void copy(Path snapshot, List<String> files, Path folder) {
    try {
      for (String file : files) {
        Path source = snapshot.resolve(file).toRealPath();
        Path target = folder.resolve(file);
        if (!Files.isRegularFile(target) || Files.mismatch(source, target) >= 0) {
          AtomicFiles.writeFile(target, path -> Files.copy(source, path));
        }
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(folder, e);
    }
  }
}
