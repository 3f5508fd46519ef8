package io.vlm4j.cli;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.train.RunFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one command with several seeds, and says what of its numbers is chance. */
@Command(
    name = "study",
    description = {
      "Runs a command with several seeds, each in a process and a folder of its own, and gives mean"
          + " and range",
      "of all numbers that the runs measured:",
      "",
      "  vlm4j study --out runs/study -- demo --config coca-demo --minutes 20",
      "",
      "Each run gets --seed and --out, where it has such options; {seed} in its arguments is the"
          + " seed.",
      "The same command goes on with a study that was stopped, and with the run that was."
    })
final class StudyCommand implements Callable<Integer> {
  private static final String PLACE = "{seed}";

  @Option(
      names = "--seeds",
      paramLabel = "N",
      split = ",",
      defaultValue = "0,1,2",
      description = "The seeds (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the runs and study.json go.")
  private Path out = Path.of("");

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "What to run, behind '--'.")
  private List<String> command = List.of();

  @Spec private @Nullable CommandSpec spec;

  /**
   * What is known of a study while it goes on.
   *
   * @param finished the seeds that are done
   */
  private record State(List<String> command, List<Long> finished, List<SeedResults.Row> results) {}

  @Override
  public Integer call() {
    CommandSpec repeated = repeated();
    State before = state();
    var finished = new ArrayList<>(before.finished());
    for (long seed : seeds) {
      if (!finished.contains(seed)) {
        Terminal.line("seed", "%d", seed);
        int code = run(arguments(repeated, seed));
        if (code != 0) {
          return code;
        }
        finished.add(seed);
        write(new State(command, finished, List.of()));
      }
    }
    List<SeedResults.Row> rows = SeedResults.of(seeds.stream().map(this::folder).toList());
    write(new State(command, finished, rows));
    rows.forEach(StudyCommand::print);
    Terminal.line("study", "%s", file());
    return 0;
  }

  private static void print(SeedResults.Row row) {
    System.out.printf(
        Locale.ROOT,
        "  %-28s %-28s %9.4f  %.4f to %.4f%n",
        row.of(),
        row.measure(),
        row.mean(),
        row.low(),
        row.high());
  }

  /** The command that is repeated, which must be one of ours and name no seed or folder itself. */
  private CommandSpec repeated() {
    CommandSpec found = Objects.requireNonNull(spec).root();
    for (String word : command) {
      var next = found.subcommands().get(word);
      if (next == null) {
        break;
      }
      found = next.getCommandSpec();
    }
    if (found.parent() == null || found == spec) {
      throw new InputException(
          "'%s' is no command to repeat: name one, such as 'demo', behind '--'"
              .formatted(command.getFirst()));
    }
    for (String own : List.of("--seed", "--out", "--resume")) {
      if (command.stream().anyMatch(word -> word.equals(own) || word.startsWith(own + "="))) {
        throw new InputException("leave out " + own + ": the study gives it to each run");
      }
    }
    return found;
  }

  private State state() {
    if (!Files.exists(file())) {
      return new State(command, List.of(), List.of());
    }
    State state = Json.fromTree(Json.readObject(file()), State.class, file().toString());
    if (!state.command().equals(command)) {
      throw new InputException(
          "%s is a study of '%s': choose another --out, or continue that one"
              .formatted(out, String.join(" ", state.command())));
    }
    return state;
  }

  private void write(State state) {
    AtomicFiles.writeString(file(), Json.toText(state));
  }

  private Path file() {
    return out.resolve("study.json");
  }

  private Path folder(long seed) {
    return out.resolve("seed-" + seed);
  }

  private List<String> arguments(CommandSpec repeated, long seed) {
    var arguments = new ArrayList<String>();
    command.forEach(word -> arguments.add(word.replace(PLACE, Long.toString(seed))));
    if (repeated.findOption("--seed") != null) {
      arguments.addAll(List.of("--seed", Long.toString(seed)));
    }
    if (repeated.findOption("--out") != null) {
      arguments.addAll(List.of("--out", folder(seed).toString()));
    }
    if (repeated.findOption("--resume") != null && RunFolder.isRun(folder(seed))) {
      arguments.addAll(List.of("--resume", "latest"));
    }
    return arguments;
  }

  /** A process of its own: a run's memory, threads and stop signals are not those of the next. */
  private static int run(List<String> arguments) {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    line.addAll(arguments);
    try {
      Process process = new ProcessBuilder(line).inheritIO().start();
      var hook = new Thread(() -> end(process));
      Runtime.getRuntime().addShutdownHook(hook);
      int code = process.waitFor();
      Runtime.getRuntime().removeShutdownHook(hook);
      return code;
    } catch (IOException e) {
      throw new InputException("cannot start " + line.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  /** Whoever stops the study stops its run, which saves itself. */
  private static void end(Process process) {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
