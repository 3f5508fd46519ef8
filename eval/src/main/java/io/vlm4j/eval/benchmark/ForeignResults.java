package io.vlm4j.eval.benchmark;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Results as the tools of others read them: {@code clip_benchmark/TASK.json}, an object for each
 * task that clip_benchmark knows, with its names of metrics, and {@code lmms_eval_results.json},
 * one object with all tasks, each metric beside its standard error.
 */
final class ForeignResults {
  /** clip_benchmark's task and its names for our measures. */
  private record Names(String task, Map<String, String> metrics) {}

  private static final Names SELECTION =
      new Names("image_caption_selection", Map.of("accuracy", "acc"));

  private static final Map<String, Names> CLIP_BENCHMARK =
      Map.of(
          "zero-shot",
          new Names(
              "zeroshot_classification",
              Map.of(
                  "mean per class", "mean_per_class_recall", "accuracy", "acc1", "top-5", "acc5")),
          "retrieval",
          new Names(
              "zeroshot_retrieval",
              Map.of(
                  "text R@1", "text_retrieval_recall@1",
                  "text R@5", "text_retrieval_recall@5",
                  "text R@10", "text_retrieval_recall@10",
                  "picture R@1", "image_retrieval_recall@1",
                  "picture R@5", "image_retrieval_recall@5",
                  "picture R@10", "image_retrieval_recall@10")),
          "winoground",
          new Names(
              "image_caption_selection",
              Map.of("text", "text_acc", "image", "image_acc", "group", "acc")),
          "aro",
          SELECTION,
          "sugarcrepe",
          SELECTION,
          "captioning",
          new Names(
              "captioning",
              Map.of(
                  "BLEU-1", "Bleu_1",
                  "BLEU-2", "Bleu_2",
                  "BLEU-3", "Bleu_3",
                  "BLEU-4", "Bleu_4",
                  "ROUGE-L", "ROUGE_L",
                  "CIDEr-D", "CIDEr")));

  private ForeignResults() {}

  static void write(Path folder, Card card, List<TaskResult> results) {
    for (TaskResult result : results) {
      Names names = CLIP_BENCHMARK.get(result.protocol().name());
      if (names != null) {
        AtomicFiles.writeString(
            folder.resolve("clip_benchmark").resolve(result.task() + ".json"),
            Json.toLine(clipBenchmark(card, result, names)));
      }
    }
    AtomicFiles.writeString(
        folder.resolve("lmms_eval_results.json"), Json.toText(lmmsEval(card, results)));
  }

  private static Map<String, Object> clipBenchmark(Card card, TaskResult result, Names names) {
    var metrics = new LinkedHashMap<String, Object>();
    for (Measure measure : result.outcome().measures()) {
      String name = names.metrics().get(measure.name());
      if (name != null) {
        metrics.put(name, measure.value());
      }
    }
    var object = new LinkedHashMap<String, Object>();
    object.put("dataset", result.task());
    object.put("model", card.model().family());
    object.put("pretrained", card.model().name());
    object.put("task", names.task());
    object.put("metrics", metrics);
    object.put("language", "en");
    return object;
  }

  private static Map<String, Object> lmmsEval(Card card, List<TaskResult> results) {
    var scores = new LinkedHashMap<String, Object>();
    var versions = new LinkedHashMap<String, Object>();
    var shots = new LinkedHashMap<String, Object>();
    var sizes = new LinkedHashMap<String, Object>();
    var hashes = new LinkedHashMap<String, Object>();
    var directions = new LinkedHashMap<String, Object>();
    var configs = new LinkedHashMap<String, Object>();
    for (TaskResult result : results) {
      var row = new LinkedHashMap<String, Object>();
      var directionsOfTask = new LinkedHashMap<String, Object>();
      row.put("alias", result.task());
      for (Measure measure : result.outcome().measures()) {
        String name = measure.name().replace(' ', '_').replace(',', '_');
        row.put(name + ",none", measure.value());
        row.put(name + "_stderr,none", standardError(measure));
        directionsOfTask.put(name, !measure.lowerIsBetter());
      }
      scores.put(result.task(), row);
      versions.put(result.task(), result.protocol().version());
      shots.put(result.task(), 0);
      int size = result.data().size();
      var counts = new LinkedHashMap<String, Object>();
      counts.put("original", size);
      counts.put("effective", size);
      sizes.put(result.task(), counts);
      hashes.put(result.task(), result.data().hash());
      directions.put(result.task(), directionsOfTask);
      configs.put(result.task(), Map.of("dataset_path", result.data().name()));
    }
    var object = new LinkedHashMap<String, Object>();
    object.put("results", scores);
    object.put("group_subtasks", Map.of());
    object.put("configs", configs);
    object.put("versions", versions);
    object.put("n-shot", shots);
    object.put("higher_is_better", directions);
    object.put("n-samples", sizes);
    object.put("task_hashes", hashes);
    object.put("model_name", card.model().name());
    object.put("config", Map.of("model", card.model().family()));
    return object;
  }

  /** Of a mean, as lmms-eval gives it; its "N/A" for what is no mean. */
  private static Object standardError(Measure measure) {
    int n = measure.size();
    if (measure.kind() != Measure.Kind.MEAN || n < 2) {
      return "N/A";
    }
    double mean = measure.value();
    double squares = Arrays.stream(measure.values()).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (n - 1) / n);
  }
}
