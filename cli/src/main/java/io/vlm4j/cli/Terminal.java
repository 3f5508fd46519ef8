package io.vlm4j.cli;

import io.vlm4j.train.Progress;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** What a person sees while a command works: lines, and a bar for what takes long. */
final class Terminal {
  private static final double LINE_SECONDS = 10;

  private Terminal() {}

  /** A line with a short name at its beginning. */
  static void line(String name, String format, Object... values) {
    System.out.printf("%-10s %s%n", name, String.format(Locale.ROOT, format, values));
  }

  /** How far something is: a bar on a terminal, otherwise a line now and then. */
  static final class Bar implements AutoCloseable {
    private final String name;
    private final @Nullable ProgressBar bar;
    private final double started = System.nanoTime() / 1e9;
    private double shown = started;

    Bar(String name) {
      this.name = name;
      var console = System.console();
      bar =
          console != null && console.isTerminal()
              ? new ProgressBarBuilder()
                  .setTaskName(String.format(Locale.ROOT, "%-10s", name))
                  .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                  .setUpdateIntervalMillis(250)
                  .hideEta()
                  .clearDisplayOnFinish()
                  .build()
              : null;
    }

    void show(long done, long all, String message) {
      if (bar != null) {
        bar.maxHint(all);
        bar.stepTo(done);
        bar.setExtraMessage(" " + message);
      } else if (System.nanoTime() / 1e9 - shown >= LINE_SECONDS || done == all) {
        shown = System.nanoTime() / 1e9;
        line(name, "%d/%d %s", done, all, message);
      }
    }

    void show(Progress progress) {
      show(
          progress.step(),
          progress.steps(),
          String.format(
              Locale.ROOT,
              "loss %.3f, %.0f pairs/s, %s left",
              progress.loss(),
              progress.pairsPerSecond(),
              duration(progress.secondsLeft())));
    }

    /** With the pace since the bar appeared. */
    void showPace(long done, long all) {
      double rate = done / Math.max(1e-3, System.nanoTime() / 1e9 - started);
      show(
          done,
          all,
          String.format(
              Locale.ROOT, "%.0f/s, %s left", rate, duration((all - done) / Math.max(1e-3, rate))));
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }

  /** {@code 2:05} or {@code 1:02:05}. */
  static String duration(double seconds) {
    var duration = Duration.ofSeconds(Math.round(seconds));
    return duration.toHours() > 0
        ? String.format(
            Locale.ROOT,
            "%d:%02d:%02d",
            duration.toHours(),
            duration.toMinutesPart(),
            duration.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", duration.toMinutesPart(), duration.toSecondsPart());
  }
}
