package io.vlm4j.cli;

import io.vlm4j.data.Source;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.data.records.RecordFormats;
import io.vlm4j.data.source.ClipBenchmarkFolder;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.eval.benchmark.Benchmark;
import io.vlm4j.eval.benchmark.CardRun.Planned;
import io.vlm4j.eval.benchmark.PublicTasks;
import io.vlm4j.eval.benchmark.standin.Icons;
import io.vlm4j.eval.benchmark.standin.StandIns;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Which tasks a suite has, and what each asks about. */
final class CardTasks {
  private static final String QUICK = "quick";
  private static final String FULL = "full";
  private static final long SEED = 1;
  private static final int QUICK_SIZE = 40;
  private static final int FULL_SIZE = 200;
  private static final String PEOPLE = "openmoji";

  private final BenchmarkOptions options;
  private final Columns columns;

  CardTasks(BenchmarkOptions options, Columns columns) {
    this.options = options;
    this.columns = columns;
  }

  private static Icons icons() {
    IconSplit split = IconSplit.load();
    IconCorpus corpus = Corpus.open(split, Corpus.RENDERED_SIZE, Integer.MAX_VALUE);
    var galleries = new ArrayList<Icons.Gallery>();
    for (String style : split.galleries().keySet()) {
      for (String concepts : List.of(IconSplit.SEEN, IconSplit.HELD_OUT)) {
        galleries.add(new Icons.Gallery(style, concepts, corpus.gallery(split, style, concepts)));
      }
    }
    return new Icons(corpus.training(split), galleries, Corpus.people(PEOPLE));
  }

  /**
   * The tasks of a suite, those with data of their own instead of their stand-ins. The icons are
   * opened only if there is a stand-in among them.
   *
   * @param reference shares no memory with the model; null if nobody does
   * @throws InputException if it names a task that there is not
   */
  List<Planned> of(String suite, StandIns.@Nullable Reference reference) {
    options
        .data()
        .forEach((task, place) -> {
          if (!PublicTasks.formats().containsKey(task)) {
            throw new InputException(
                "--data %s=%s: no data can be given to that task; it can to %s"
                    .formatted(task, place, PublicTasks.formats().keySet()));
          }
        });
    List<String> names = names(suite);
    var known = new HashMap<String, Planned>();
    if (!options.data().keySet().containsAll(names)) {
      int size = suite.equals(QUICK) ? QUICK_SIZE : FULL_SIZE;
      new StandIns(icons(), size, SEED, reference)
          .all()
          .forEach(task -> known.put(task.name(), task));
    }
    options
        .data()
        .forEach((task, place) -> known.put(task, new Planned(task, () -> given(task, place))));
    return names.stream().map(name -> Objects.requireNonNull(known.get(name))).toList();
  }

  private List<String> names(String suite) {
    var known = new LinkedHashSet<>(StandIns.NAMES);
    known.addAll(options.data().keySet());
    List<String> names =
        switch (suite) {
          case FULL -> List.copyOf(known);
          case QUICK ->
              known.stream()
                  .filter(name -> StandIns.QUICK.contains(name) || options.data().containsKey(name))
                  .toList();
          default -> suite.matches(".*\\.ya?ml") ? read(Path.of(suite)) : List.of(suite.split(","));
        };
    for (String name : names) {
      if (!known.contains(name)) {
        throw new InputException(
            PublicTasks.formats().containsKey(name)
                ? "the task '%s' has no stand-in: give it data with --data %1$s=PATH"
                    .formatted(name)
                : "no task or suite '%s': there are %s, %s and %s"
                    .formatted(name, QUICK, FULL, known));
      }
    }
    return names;
  }

  /** A list of names. */
  private static List<String> read(Path file) {
    JsonNode list = Json.readYaml(file);
    if (!list.isArray() || !list.valueStream().allMatch(JsonNode::isString)) {
      throw new InputException(file + ": expected a list of tasks, each a line '- name'");
    }
    return list.valueStream().map(JsonNode::asString).toList();
  }

  /** A task about the user's data: {@code PATH}, or {@code FORMAT:PATH[,PATH]}. */
  private Benchmark given(String task, String place) {
    List<String> formats = PublicTasks.formats().getOrDefault(task, List.of());
    for (String format : formats) {
      if (place.startsWith(format + ":")) {
        return given(task, format, place.substring(format.length() + 1));
      }
    }
    if (task.equals("zero-shot")) {
      Path folder = Path.of(place);
      ClipBenchmarkFolder classes =
          ClipBenchmarkFolder.read(
              Objects.requireNonNullElse(folder.toAbsolutePath().getParent(), folder));
      return PublicTasks.classes(
          Sources.open(place, columns), classes.classNames(), classes.templates(), options.limit());
    }
    boolean isAnnotation =
        place.toLowerCase(Locale.ROOT).contains(".json") || task.startsWith("video-");
    if (formats.isEmpty()
        || (!isAnnotation && !Files.isDirectory(Path.of(place)))
        || task.equals("retrieval")
        || task.equals("captioning")) {
      return PublicTasks.of(task, Sources.open(place, columns), options.limit());
    }
    return given(task, formats.getFirst(), place);
  }

  private Benchmark given(String task, String format, String place) {
    List<Path> files = Arrays.stream(place.split(",")).map(Path::of).toList();
    Path images =
        Map.copyOf(options.images())
            .getOrDefault(
                task,
                Objects.requireNonNullElse(
                    files.getFirst().toAbsolutePath().getParent(), files.getFirst()));
    Source source = RecordFormats.named(format).open(files, images);
    return PublicTasks.of(
        task,
        new Source(format + ": " + place, source.shards()),
        options.limit(),
        options.frames());
  }
}
