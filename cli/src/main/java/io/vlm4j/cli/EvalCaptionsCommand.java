package io.vlm4j.cli;

import io.vlm4j.eval.metric.Bootstrap;
import io.vlm4j.eval.metric.Interval;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.eval.metric.caption.CaptionFile;
import io.vlm4j.eval.metric.caption.CaptionMetrics;
import io.vlm4j.eval.metric.caption.CaptionSet;
import io.vlm4j.eval.metric.caption.Meteor;
import io.vlm4j.eval.metric.caption.SceneGraphScore;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures captions. */
@Command(
    name = "eval-captions",
    description = {
      "Measures captions against those of people: BLEU, METEOR, ROUGE-L, CIDEr and CIDEr-D.",
      "Both files may be in COCO's layouts or JSON lines with 'image_id' and 'caption'."
    })
final class EvalCaptionsCommand implements Callable<Integer> {
  @Option(
      names = "--candidates",
      required = true,
      paramLabel = "FILE",
      description = "A caption for each picture, such as COCO's results.")
  private Path candidates = Path.of("");

  @Option(
      names = "--references",
      required = true,
      paramLabel = "FILE",
      description = "Captions of people, such as COCO's annotations.")
  private Path references = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Also write the scores of the set and of each caption there, as JSON.")
  private @Nullable Path out;

  @Option(
      names = "--scene-graph",
      description =
          "Also compare the objects, attributes and relations that captions name, after SPICE.")
  private boolean sceneGraph;

  @Option(
      names = "--resamples",
      paramLabel = "N",
      defaultValue = "1000",
      description = "For the 95 %% intervals; 0 for none (default: ${DEFAULT-VALUE}).")
  private int resamples = 1000;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Of the intervals (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    if (resamples < 0) {
      throw new InputException("--resamples must be at least 0, not " + resamples);
    }
    var own = CaptionFile.readSingle(candidates);
    Map<String, List<String>> people = CaptionFile.read(references);
    CaptionSet captions = CaptionSet.of(own, people);
    Terminal.line(
        "captions",
        "%,d, against %,d of people; %,d pictures of the references have none",
        captions.size(),
        captions.references().stream().mapToInt(List::size).sum(),
        people.size() - captions.size());
    var rows = new LinkedHashMap<String, Object>();
    var metrics = new ArrayList<>(CaptionMetrics.all(captions, Meteor.english()));
    if (sceneGraph) {
      metrics.add(SceneGraphScore.of(captions));
    }
    for (Scores scores : metrics) {
      rows.put(scores.name(), row(scores));
    }
    if (out != null) {
      AtomicFiles.writeString(out, Json.toText(report(captions, metrics, rows)));
      Terminal.line("scores", "%s", out);
    }
    return 0;
  }

  private Map<String, Object> row(Scores scores) {
    var row = new LinkedHashMap<String, Object>();
    row.put("score", scores.overall());
    String interval = "";
    if (resamples > 0) {
      Interval ends = new Bootstrap(resamples, 0.95, seed).percentile(scores);
      row.put("low", ends.low());
      row.put("high", ends.high());
      interval = String.format(Locale.ROOT, "  %.4f to %.4f", ends.low(), ends.high());
    }
    System.out.printf(Locale.ROOT, "  %-10s %.4f%s%n", scores.name(), scores.overall(), interval);
    return row;
  }

  private Map<String, Object> report(
      CaptionSet captions, List<Scores> metrics, Map<String, Object> rows) {
    var each = new ArrayList<Map<String, Object>>();
    for (int i = 0; i < captions.size(); i++) {
      var caption = new LinkedHashMap<String, Object>();
      caption.put("image_id", captions.ids().get(i));
      for (Scores scores : metrics) {
        caption.put(scores.name(), scores.of(i));
      }
      each.add(caption);
    }
    var report = new LinkedHashMap<String, Object>();
    report.put("candidates", candidates.toString());
    report.put("references", references.toString());
    report.put("n", captions.size());
    report.put("resamples", resamples);
    report.put("seed", seed);
    report.put("meteor_stages", List.of("exact", "stem", "synonym"));
    report.put("metrics", rows);
    report.put("captions", each);
    return report;
  }
}
