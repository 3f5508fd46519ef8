package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.eval.PairEvaluation;
import io.vlm4j.eval.PixelNeighbours;
import io.vlm4j.eval.Report;
import io.vlm4j.eval.Retrieval;
import io.vlm4j.eval.ZeroShot;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import io.vlm4j.model.Pretrained;
import io.vlm4j.train.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Measures the demo's model on its galleries, and writes results, pictures and the report. */
final class DemoEvaluation {
  private static final int EXAMPLES = 12;
  private static final int SHOWN = 6;

  private final Path folder;
  private final List<Sample> training;
  private final Map<String, Map<String, List<Sample>>> galleries;
  private final Map<String, String> timing = new LinkedHashMap<>();

  /**
   * An evaluation of a run in {@code folder}.
   *
   * @param training pictures of the pixel baseline
   * @param galleries test pictures by style, then by {@code seen} or {@code held_out}
   */
  DemoEvaluation(
      Path folder, List<Sample> training, Map<String, Map<String, List<Sample>>> galleries) {
    this.folder = folder;
    this.training = training;
    this.galleries = galleries;
  }

  /** A gallery as the model sees it. */
  private record Gallery(String style, String concepts, PairEvaluation seen) {}

  void run(TrainingSession.Result result) {
    Pretrained model = result.model();
    var evaluated = new ArrayList<Gallery>();
    var rows = new ArrayList<Report.SplitResult>();
    var pixels = new PixelNeighbours(training);
    timed(
        "evaluation",
        () ->
            galleries.forEach((style, parts) ->
                parts.forEach((concepts, samples) -> {
                  var seen = PairEvaluation.of(model, samples);
                  evaluated.add(new Gallery(style, concepts, seen));
                  var metrics = seen.retrieval().metrics();
                  if (concepts.equals(IconSplit.SEEN)) {
                    metrics.putAll(pixels.metrics(samples));
                  }
                  rows.add(new Report.SplitResult(style, concepts, samples.size(), metrics));
                })));
    List<ZeroShot> groups = evaluated.stream().map(g -> groups(model, g.seen())).toList();
    writeResults(rows, groups);
    printResults(rows, groups);
    if (!evaluated.isEmpty()) {
      writeReport(result, rows, evaluated, groups);
      writePictures();
    }
  }

  private void timed(String name, Runnable work) {
    long start = System.nanoTime();
    work.run();
    timing.put(name, String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9));
  }

  /** Zero-shot classification into Unicode's groups of emoji. */
  private static ZeroShot groups(Pretrained model, PairEvaluation seen) {
    var labels =
        seen.samples().stream()
            .map(DemoEvaluation::group)
            .filter(group -> !group.isEmpty())
            .distinct()
            .sorted()
            .toList();
    var images = new ArrayList<float[]>();
    var truths = new ArrayList<Integer>();
    for (int i = 0; i < seen.samples().size(); i++) {
      int truth = labels.indexOf(group(seen.samples().get(i)));
      if (truth >= 0) {
        images.add(seen.retrieval().images()[i]);
        truths.add(truth);
      }
    }
    List<String> prompts = labels.stream().map(DemoEvaluation::prompt).toList();
    return ZeroShot.of(
        images.toArray(float[][]::new),
        truths.stream().mapToInt(Integer::intValue).toArray(),
        labels,
        model.classVectors(prompts, List.of("{}")));
  }

  /** What is said of a group, of which some have two names. */
  static String prompt(String group) {
    return group.toLowerCase(Locale.ROOT).replace("&", "").replace("  ", " ");
  }

  private static String group(Sample sample) {
    return sample.label(IconCorpus.GROUP);
  }

  private void writeResults(List<Report.SplitResult> rows, List<ZeroShot> groups) {
    var lines = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      var line = new LinkedHashMap<String, Object>();
      line.put("style", row.style());
      line.put("concepts", row.concepts());
      line.put("n", row.n());
      line.putAll(row.metrics());
      line.put("groups_acc1", groups.get(i).accuracy());
      line.put("groups_mean_per_class_recall", groups.get(i).meanPerClassRecall());
      lines.append(Json.toLine(line)).append('\n');
    }
    AtomicFiles.writeString(folder.resolve("results.jsonl"), lines.toString());
  }

  private static void printResults(List<Report.SplitResult> rows, List<ZeroShot> groups) {
    System.out.println();
    System.out.printf(
        "%-20s %-9s %5s   %-22s %-22s %-16s %s%n",
        "style",
        "concepts",
        "n",
        "picture->text R@1/5/10",
        "text->picture R@1/5/10",
        "pixels R@1/10",
        "groups");
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      var m = row.metrics();
      System.out.printf(
          Locale.ROOT,
          "%-20s %-9s %5d   %.3f / %.3f / %.3f  %.3f / %.3f / %.3f  %-16s %.3f%n",
          row.style(),
          row.concepts(),
          row.n(),
          m.get("image_to_text_R@1"),
          m.get("image_to_text_R@5"),
          m.get("image_to_text_R@10"),
          m.get("text_to_image_R@1"),
          m.get("text_to_image_R@5"),
          m.get("text_to_image_R@10"),
          m.containsKey("pixels_image_to_text_R@1")
              ? String.format(
                  Locale.ROOT,
                  "%.3f / %.3f",
                  m.get("pixels_image_to_text_R@1"),
                  m.get("pixels_image_to_text_R@10"))
              : "",
          groups.get(i).accuracy());
    }
    System.out.println();
  }

  private void writeReport(
      TrainingSession.Result result,
      List<Report.SplitResult> rows,
      List<Gallery> galleries,
      List<ZeroShot> groups) {
    var outcome = result.outcome();
    timing.put("training", Terminal.duration(outcome.seconds()));
    timing.put("steps", Long.toString(outcome.steps()));
    timing.put(
        "waiting for data",
        String.format(Locale.ROOT, "%.1f %%", 100 * outcome.dataSeconds() / outcome.seconds()));
    timing.put(
        "pairs per second",
        String.format(
            Locale.ROOT,
            "%.0f",
            result.progress().stream().mapToDouble(Progress::pairsPerSecond).average().orElse(0)));
    Gallery shown = galleries.getFirst();
    var first = rows.getFirst().metrics();
    var content =
        new Report.Content(
            "vlm4j demo",
            String.format(
                Locale.ROOT,
                "A %s of %.1f million parameters, trained for %s on %,d drawings of five hands,"
                    + " names drawings of another hand among %,d: right at once for %.0f %%, among"
                    + " ten for %.0f %%.",
                result.model().spec().family().name().toUpperCase(Locale.ROOT),
                result.model().model().parameterCount() / 1e6,
                Terminal.duration(outcome.seconds()),
                training.size(),
                rows.getFirst().n(),
                100 * first.getOrDefault("image_to_text_R@1", 0.0),
                100 * first.getOrDefault("image_to_text_R@10", 0.0)),
            rows,
            charts(result),
            new Report.Examples(queries(shown.seen()), pictures(shown.seen()), groups.getFirst()),
            new Report.Run(settings(result), timing, suggestions(folder)));
    Path file = folder.resolve("report.html");
    Report.write(file, content);
    Terminal.line("report", "%s", file);
    Terminal.line("model", "%s", TrainingSession.modelFolder(folder));
  }

  private static List<Report.Chart> charts(TrainingSession.Result result) {
    var recalls = new ArrayList<Report.Series>();
    for (String metric :
        List.of(
            "image_to_text_R@1", "image_to_text_R@10", "text_to_image_R@1", "text_to_image_R@10")) {
      var points = new ArrayList<Report.Point>();
      result
          .validations()
          .forEach((step, values) ->
              points.add(new Report.Point(step, values.getOrDefault(metric, 0.0))));
      recalls.add(new Report.Series(metric.replace('_', ' '), points));
    }
    return List.of(
        new Report.Chart(
            "Loss", Report.Unit.NUMBER, List.of(series(result, "loss", Progress::loss, true))),
        new Report.Chart(
            "Recall on concepts set aside (validation)", Report.Unit.FRACTION, recalls),
        new Report.Chart(
            "Learning rate",
            Report.Unit.NUMBER,
            List.of(series(result, "learning rate", Progress::learningRate, false))),
        new Report.Chart(
            "Pairs per second",
            Report.Unit.NUMBER,
            List.of(series(result, "pairs/s", Progress::pairsPerSecond, true))));
  }

  private static Report.Series series(
      TrainingSession.Result result, String name, ToDoubleFunction<Progress> value, boolean noisy) {
    return new Report.Series(
        name,
        result.progress().stream()
            .map(p -> new Report.Point(p.step(), value.applyAsDouble(p)))
            .toList(),
        noisy);
  }

  /** A dozen texts of the gallery, evenly chosen, and the pictures found for them. */
  private static List<Report.Query> queries(PairEvaluation seen) {
    Retrieval retrieval = seen.retrieval();
    var queries = new ArrayList<Report.Query>();
    for (int q : spread(retrieval.candidates().size())) {
      String text = retrieval.candidates().get(q);
      var hits =
          Retrieval.best(retrieval.texts()[q], retrieval.images(), SHOWN).stream()
              .map(found -> {
                Sample sample = seen.samples().get(found.index());
                return new Report.Hit(
                    png(sample), sample.text(), found.score(), sample.text().equals(text));
              })
              .toList();
      queries.add(new Report.Query(text, hits));
    }
    return queries;
  }

  /** A dozen pictures of the gallery, evenly chosen, and the texts found for them. */
  private static List<Report.Picture> pictures(PairEvaluation seen) {
    Retrieval retrieval = seen.retrieval();
    var pictures = new ArrayList<Report.Picture>();
    for (int p : spread(seen.samples().size())) {
      Sample sample = seen.samples().get(p);
      var guesses =
          Retrieval.best(retrieval.images()[p], retrieval.texts(), 5).stream()
              .map(found -> {
                String text = retrieval.candidates().get(found.index());
                return new Report.Guess(text, found.score(), text.equals(sample.text()));
              })
              .toList();
      pictures.add(new Report.Picture(png(sample), sample.text(), guesses));
    }
    return pictures;
  }

  private static List<Integer> spread(int count) {
    var chosen = new ArrayList<Integer>();
    for (int i = 0; i < Math.min(EXAMPLES, count); i++) {
      chosen.add((int) ((i + 0.5) * count / Math.min(EXAMPLES, count)));
    }
    return chosen;
  }

  private static byte[] png(Sample sample) {
    return ImageEncoder.png(sample.picture().pixels());
  }

  private Map<String, Map<String, String>> settings(TrainingSession.Result result) {
    var settings = new LinkedHashMap<String, Map<String, String>>();
    var tree = Json.readYaml(folder.resolve("run.yaml"));
    for (String part : List.of("model", "training")) {
      var values = new LinkedHashMap<String, String>();
      TrainingSession.flatten("", tree.path(part), values);
      settings.put(part, values);
    }
    return settings;
  }

  /** The test pictures as files, for searching. */
  private void writePictures() {
    Path pictures = folder.resolve("pictures");
    if (Files.exists(pictures)) {
      return;
    }
    AtomicFiles.writeFolder(
        pictures,
        path -> {
          for (var parts : galleries.values()) {
            for (var samples : parts.values()) {
              for (Sample sample : samples) {
                Path file = path.resolve(sample.key() + ".png");
                Files.createDirectories(file.resolveSibling(""));
                Files.write(file, png(sample));
              }
            }
          }
        });
  }

  static List<Report.Suggestion> suggestions(Path folder) {
    Path model = TrainingSession.modelFolder(folder);
    String picture = folder.resolve("pictures/emojione/red-apple.png").toString();
    return List.of(
        new Report.Suggestion(
            "find pictures by a text", "./vlm4j search --model " + model + " \"fire engine\""),
        new Report.Suggestion(
            "ask which label fits a picture",
            "./vlm4j classify --model "
                + model
                + " "
                + picture
                + " --labels \"red apple,green apple,cat,flag\""),
        new Report.Suggestion(
            "train on pairs of your own",
            "./vlm4j train --train-data pairs.csv --val-data val.csv --minutes 30 --out"
                + " runs/mine"));
  }
}
