package io.vlm4j.train;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Times and averages a training's steps, and writes them to the run folder about once a second. */
final class Meter {
  private static final double REPORT_SECONDS = 1;

  private final RunFolder folder;
  private final long batchesPerEpoch;
  private final int batchSize;
  private final long first;
  private final long steps;
  private final double start = now();

  private double reported = start;
  private long stepsSinceReport;
  private double waitedAtReport;
  private double waited;
  private double learningRate;
  private Map<String, Double> losses = Map.of();
  private final Map<String, Double> means = new LinkedHashMap<>();

  Meter(RunFolder folder, long batchesPerEpoch, int batchSize, long first, long steps) {
    this.folder = folder;
    this.batchesPerEpoch = batchesPerEpoch;
    this.batchSize = batchSize;
    this.first = first;
    this.steps = steps;
  }

  /** Notes a step; {@code waited} is the time spent waiting for data since the start. */
  void step(Map<String, Double> losses, double learningRate, double waited) {
    this.losses = losses;
    this.learningRate = learningRate;
    this.waited = waited;
    stepsSinceReport++;
    losses.forEach(
        (name, value) -> means.merge(name, value, (mean, now) -> 0.95 * mean + 0.05 * now));
  }

  boolean isDue(long done) {
    return done == steps || now() - reported >= REPORT_SECONDS;
  }

  /** Seconds since the training began. */
  double seconds() {
    return now() - start;
  }

  /** Writes the log line and the scalars of what happened since the last report. */
  Progress report(long done, Map<String, Double> gauges) {
    double elapsed = now() - reported;
    double rate = stepsSinceReport * batchSize / elapsed;
    double loss = losses.values().stream().mapToDouble(Double::doubleValue).sum();
    double mean = means.values().stream().mapToDouble(Double::doubleValue).sum();
    double data = (waited - waitedAtReport) / stepsSinceReport;
    folder.log(line(done, data, elapsed / stepsSinceReport, rate, gauges, loss, mean));

    var scalars = new LinkedHashMap<String, Double>();
    scalars.put("loss", loss);
    scalars.putAll(losses);
    scalars.put("lr", learningRate);
    scalars.put("samples_per_second", rate);
    scalars.put("data_time", data);
    scalars.put("batch_time", elapsed / stepsSinceReport);
    scalars.putAll(gauges);
    folder.scalars("train", done, scalars);

    reported = now();
    stepsSinceReport = 0;
    waitedAtReport = waited;
    double secondsLeft = (steps - done) * seconds() / (done - first);
    return new Progress(
        done, steps, losses, mean, learningRate, rate, waited / seconds(), secondsLeft);
  }

  /** OpenCLIP's line, which its users' tools read. */
  private String line(
      long done,
      double data,
      double batch,
      double rate,
      Map<String, Double> gauges,
      double loss,
      double mean) {
    long epoch = (done - 1) / batchesPerEpoch;
    long inEpoch = done - epoch * batchesPerEpoch;
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Train Epoch: %d [%d/%d (%.0f%%)] Data (t): %.3f Batch (t): %.3f, %.1f/s, %.1f/s/gpu"
                + " LR: %.6f",
            epoch,
            inEpoch * batchSize,
            batchesPerEpoch * batchSize,
            100.0 * inEpoch / batchesPerEpoch,
            data,
            batch,
            rate,
            rate,
            learningRate));
    gauges.forEach((name, value) -> text.append(field(title(name, " "), value)));
    losses.forEach((name, value) -> text.append(field(title(name, "_"), value, means.get(name))));
    return text.append(field("Loss", loss, mean)).toString();
  }

  private static String field(String name, double value) {
    return String.format(Locale.ROOT, " %s: %.3f", name, value);
  }

  private static String field(String name, double value, @Nullable Double mean) {
    return String.format(Locale.ROOT, " %s: %.5g (%.5g)", name, value, mean == null ? value : mean);
  }

  /** {@code logit_scale} as "Logit Scale", {@code contrastive_loss} as "Contrastive_loss". */
  private static String title(String name, String joint) {
    var words = new StringBuilder();
    for (String word : name.split("_", -1)) {
      words.append(words.isEmpty() ? "" : joint);
      boolean capital = words.isEmpty() || joint.equals(" ");
      words.append(
          capital ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) : word);
    }
    return words.toString();
  }

  private static double now() {
    return System.nanoTime() / 1e9;
  }
}
