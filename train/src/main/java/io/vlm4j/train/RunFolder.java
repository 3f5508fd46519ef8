package io.vlm4j.train;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a run keeps what it leaves, as OpenCLIP's runs do: {@code params.txt}, {@code out.log},
 * {@code checkpoints/}, {@code tensorboard/}, {@code results.jsonl}.
 */
public final class RunFolder implements AutoCloseable {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd,HH:mm:ss");

  private final Path folder;
  private final Checkpoints checkpoints;
  private final EventFile events;

  /**
   * Opens a run's folder; it comes into being when something is written into it.
   *
   * @param resume whether it continues a run; a new run refuses a folder that holds one
   */
  public RunFolder(Path folder, boolean resume) {
    this.folder = folder;
    checkpoints = new Checkpoints(folder.resolve("checkpoints"));
    if (resume && !isRun(folder)) {
      throw new InputException(folder + " holds no run to resume");
    }
    if (!resume && isRun(folder)) {
      throw new InputException(
          folder + " holds a run already: add --resume latest, or choose another --out");
    }
    events = new EventFile(folder.resolve("tensorboard"));
  }

  /** Whether a folder holds a run. */
  public static boolean isRun(Path folder) {
    return Files.exists(folder.resolve("params.txt"));
  }

  /** The folder itself. */
  public Path path() {
    return folder;
  }

  Checkpoints checkpoints() {
    return checkpoints;
  }

  /** Writes {@code params.txt}: a line for each setting, sorted by name. */
  public void writeParams(Map<String, String> params) {
    var text = new StringBuilder();
    params.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> text.append(e.getKey()).append(": ").append(e.getValue()).append('\n'));
    AtomicFiles.writeString(folder.resolve("params.txt"), text.toString());
  }

  /** The settings that {@code params.txt} holds. */
  public Map<String, String> readParams() {
    Path file = folder.resolve("params.txt");
    try {
      var params = new LinkedHashMap<String, String>();
      for (String line : Files.readAllLines(file)) {
        int end = line.indexOf(": ");
        if (end >= 0) {
          params.put(line.substring(0, end), line.substring(end + 2));
        }
      }
      return params;
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  /** Adds a line to {@code out.log}. */
  public void log(String line) {
    append("out.log", LocalDateTime.now().format(TIME) + " | INFO | " + line);
  }

  /** Adds an object to {@code results.jsonl}. */
  public void result(Map<String, ?> values) {
    append("results.jsonl", Json.toLine(values));
  }

  /** Adds scalars of a step to the event file. */
  public void scalars(String group, long step, Map<String, Double> values) {
    var tagged = new LinkedHashMap<String, Double>();
    values.forEach((name, value) -> tagged.put(group + "/" + name, value));
    events.add(step, tagged);
  }

  private void append(String name, String line) {
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  @Override
  public void close() {
    events.close();
  }
}
