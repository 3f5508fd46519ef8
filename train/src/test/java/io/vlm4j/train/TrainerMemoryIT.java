package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.model.Model;
import io.vlm4j.testing.OneThread;
import io.vlm4j.testing.ResidentMemory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OneThread.class)
class TrainerMemoryIT {
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
        early = ResidentMemory.pages();
      } else if (step == LATE) {
        late = ResidentMemory.pages();
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
    ResidentMemory.assumeKnown();
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
}
