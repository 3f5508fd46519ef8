package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that are killed or asked to stop, and go on. */
class InterruptedTrainingIT {
  private static final int STEPS = 600;
  private static final int KILLS = 3;

  @TempDir Path folder;
  private Workshop workshop;

  @BeforeEach
  void prepare() throws IOException {
    workshop = Workshop.in(folder);
  }

  @Test
  void aRunThatIsKilledAgainAndAgainEndsWithTheSameBits() throws IOException {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    workshop.command().run(workshop.training(whole, "--steps", STEPS)).succeeded();
    long seed = Randomness.ofTest().nextLong();
    List<Long> moments = moments(seed);

    assertThat(killAt(killed, -1)).as("killed before the first checkpoint").isTrue();
    for (long moment : moments) {
      assertThat(killAt(killed, moment)).as("killed after step %d, seed %d", moment, seed).isTrue();
    }
    workshop.command().run(training(killed, "--resume", "latest")).succeeded();

    for (String name : List.of("model.safetensors", "tokenizer.json", "config.json")) {
      assertThat(killed.resolve("model").resolve(name))
          .as("killed after steps %s, seed %d", moments, seed)
          .hasSameBinaryContentAs(whole.resolve("model").resolve(name));
    }
    assertThat(Files.readString(killed.resolve("out.log"))).contains("Train Epoch: ");
  }

  @Test
  void aRunThatIsAskedToStopSavesAndSaysHowToGoOn() throws IOException {
    Path out = folder.resolve("stopped");
    var running = workshop.command().start(workshop.training(out, "--steps", 1_000_000));
    assertThat(running.reaches(() -> Files.exists(out.resolve("out.log")))).isTrue();

    running.process().destroy(); // SIGTERM
    var result = running.await();

    assertThat(result.code()).as("exit code").isNotZero();
    assertThat(result.err())
        .matches(
            "vlm4j: stopped after \\d+ of 1000000 steps; the run is saved:"
                + " the same command with --resume latest continues it\n");
    assertThat(latest(out)).isPositive();
    assertThat(out.resolve("model")).doesNotExist();
  }

  /** Different steps in rising order. */
  private static List<Long> moments(long seed) {
    return new Random(seed)
        .longs(1, STEPS * 3 / 4)
        .distinct()
        .limit(KILLS)
        .sorted()
        .boxed()
        .toList();
  }

  /** Trains on until a checkpoint is past {@code step}, and kills the process at once. */
  private boolean killAt(Path out, long step) {
    Object[] arguments =
        Files.exists(out.resolve("params.txt"))
            ? training(out, "--resume", "latest")
            : training(out);
    var running = workshop.command().start(arguments);
    boolean reached =
        running.reaches(
            step < 0 ? () -> Files.exists(out.resolve("params.txt")) : () -> latest(out) >= step);
    running.process().destroyForcibly(); // SIGKILL
    running.await();
    return reached;
  }

  private Object[] training(Path out, Object... more) {
    var all = new ArrayList<Object>(Arrays.asList("--steps", STEPS, "--save-seconds", 0.05));
    all.addAll(List.of(more));
    return workshop.training(out, all.toArray());
  }

  /** The step of the newest checkpoint, -1 if there is none. */
  private static long latest(Path out) {
    Path checkpoints = out.resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return -1;
    }
    try (var paths = Files.list(checkpoints)) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("step_"))
          .mapToLong(name -> Long.parseLong(name.substring("step_".length())))
          .max()
          .orElse(-1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
