package io.vlm4j.bench;

import com.sun.management.OperatingSystemMXBean;
import io.vlm4j.eval.metric.Bootstrap;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.eval.metric.caption.CaptionMetrics;
import io.vlm4j.eval.metric.caption.CaptionSet;
import io.vlm4j.eval.metric.caption.Meteor;
import io.vlm4j.io.Json;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How long the caption metrics take: pictures with one caption and five references of some ten
 * words each, whose words are distributed as words are, the r-th as often as 1 / r.
 *
 * <p>Argument: the number of pictures (40000). Prints one line of JSON, also with the seconds of
 * all processors together, which other processes on the machine do not change much.
 */
public final class CaptionMetricsSpeed {
  private static final int WORDS = 12_000;
  private static final int REFERENCES = 5;
  private static final String[] FRAMES = {
    "A %s %s is standing next to a %s on the %s.",
    "The %s and the %s are in a %s near some %s.",
    "Two %s's aren't sitting on top of the %s with a %s, %s!",
    "There is a %s of a %s that was %s by the %s"
  };

  private static final String[] ENDINGS = {"ing", "er", "ed", "y", "a"};

  private CaptionMetricsSpeed() {}

  /** Runs the measurement. */
  public static void main(String[] args) {
    int pictures = args.length > 0 ? Integer.parseInt(args[0]) : 40_000;
    var random = new SplittableRandom(1);
    double[] cumulative = cumulative();
    var captions = new LinkedHashMap<String, String>();
    var references = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < pictures; i++) {
      captions.put("" + i, caption(random, cumulative));
      var texts = new ArrayList<String>();
      for (int r = 0; r < REFERENCES; r++) {
        texts.add(caption(random, cumulative));
      }
      references.put("" + i, texts);
    }
    var result = new LinkedHashMap<String, Object>();
    result.put("pictures", pictures);
    long start = System.nanoTime();
    double cpu = cpuSeconds();
    CaptionSet set = CaptionSet.of(captions, references);
    result.put("tokenising_seconds", seconds(start));
    long scoring = System.nanoTime();
    List<Scores> metrics = CaptionMetrics.all(set, Meteor.english());
    metrics.forEach(Scores::overall);
    result.put("scoring_seconds", seconds(scoring));
    result.put("all_seconds", seconds(start));
    result.put("all_cpu_seconds", cpuSeconds() - cpu);
    long intervals = System.nanoTime();
    metrics.forEach(scores -> new Bootstrap(1000, 0.95, 0).percentile(scores));
    result.put("intervals_seconds", seconds(intervals));
    result.put("processors", Runtime.getRuntime().availableProcessors());
    System.out.println(Json.toLine(result));
  }

  private static String caption(SplittableRandom random, double[] cumulative) {
    return FRAMES[random.nextInt(FRAMES.length)].formatted(
        word(random, cumulative),
        word(random, cumulative),
        word(random, cumulative),
        word(random, cumulative));
  }

  private static String word(SplittableRandom random, double[] cumulative) {
    double place = random.nextDouble() * cumulative[WORDS - 1];
    int found = Arrays.binarySearch(cumulative, place);
    int rank = found < 0 ? -found - 1 : found;
    return ""
        + (char) ('a' + rank % 26)
        + (char) ('a' + rank / 26 % 26)
        + (char) ('a' + rank / 676)
        + ENDINGS[rank % ENDINGS.length];
  }

  private static double[] cumulative() {
    var cumulative = new double[WORDS];
    double sum = 0;
    for (int r = 0; r < WORDS; r++) {
      sum += 1.0 / (r + 1);
      cumulative[r] = sum;
    }
    return cumulative;
  }

  private static double cpuSeconds() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return Math.round(system.getProcessCpuTime() / 1e7) / 100.0;
  }

  private static double seconds(long start) {
    return Math.round((System.nanoTime() - start) / 1e7) / 100.0;
  }
}
