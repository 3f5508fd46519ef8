package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vlm4j.model.Model;
import io.vlm4j.testing.OneThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OneThread.class)
class TrainerMemoryIT {
  private static final Path STATM = Path.of("/proc/self/statm");
  private static final int EARLY = 200;
  private static final int LATE = 2000;

  @TempDir Path folder;

  /** Reads the process's resident memory early and late in a training. */
  private static final class Gauge implements Trainer.Observer {
    private long step;
    private long early;
    private long late;

    @Override
    public boolean stops() {
      if (step == EARLY) {
        early = residentPages();
      } else if (step == LATE) {
        late = residentPages();
      }
      step++;
      return false;
    }

    @Override
    public void progress(Progress now) {
      // Not of interest here.
    }

    @Override
    public Map<String, Double> validate(Model model, long step) {
      return Map.of();
    }
  }

  @Test
  void residentMemoryIsFlatOverThousandsOfSteps() {
    assumeTrue(Files.isReadable(STATM), "there is no " + STATM + " to read memory from");
    var gauge = new Gauge();
    try (var colours = new Colours();
        var run = new RunFolder(folder, false)) {
      colours
          .trainer(Colours.config(Map.of("averageDecay", 0.9)))
          .train(new Budget.Steps(LATE + 1), Optional.empty(), run, 20, 1e9, gauge)
          .model()
          .close();
    }

    assertThat(gauge.late / (double) gauge.early)
        .as("pages resident after %d and %d steps: %d, %d", EARLY, LATE, gauge.early, gauge.late)
        .isLessThan(1.05);
  }

  /** After the whole Java heap has been touched, so that only native memory can grow. */
  private static long residentPages() {
    try {
      touchHeap();
      return Long.parseLong(Files.readString(STATM).split(" ")[1]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void touchHeap() {
    long kept = 0;
    for (long touched = 0; touched < Runtime.getRuntime().totalMemory(); touched += 1 << 20) {
      kept += new byte[1 << 20].length; // garbage
    }
    assertThat(kept).isPositive();
    System.gc();
  }
}
