package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which files of a repository make a model folder: configuration, tokenizer, preprocessing, and one
 * of the forms in which the weights are there. The same weights for other engines, in other
 * precisions, and what a training left behind are not needed.
 */
final class ModelFiles {
  /** Weights from the most wanted form to the least; the first that is there is taken. */
  private static final List<Pattern> WEIGHTS =
      List.of(
          Pattern.compile("model\\.safetensors"),
          Pattern.compile("model-\\d+-of-\\d+\\.safetensors|model\\.safetensors\\.index\\.json"),
          Pattern.compile("open_clip_model\\.safetensors"),
          Pattern.compile(
              "open_clip_model-\\d+-of-\\d+\\.safetensors|open_clip_model\\.safetensors\\.index\\.json"),
          Pattern.compile("adapter_model\\.safetensors"),
          Pattern.compile("[^/]+\\.safetensors"),
          Pattern.compile("pytorch_model\\.bin"),
          Pattern.compile("pytorch_model-\\d+-of-\\d+\\.bin|pytorch_model\\.bin\\.index\\.json"),
          Pattern.compile("open_clip_pytorch_model\\.bin"),
          Pattern.compile("adapter_model\\.bin"),
          Pattern.compile("[^/]+\\.(pt|pth)"));

  /** Where only OpenCLIP's configuration is there, weights under its names come first. */
  private static final List<Pattern> OPEN_CLIP =
      WEIGHTS.stream()
          .sorted(Comparator.comparing(form -> !form.pattern().startsWith("open_clip_model")))
          .toList();

  private static final Pattern BESIDE =
      Pattern.compile("[^/]+\\.(json|txt|jinja|model|tiktoken)|additional_chat_templates/.*");
  private static final Pattern LEFTOVER =
      Pattern.compile(
          ".*\\.index\\.json|(trainer_state|all_results|train_results|eval_results)\\.json"
              + "|requirements.*\\.txt|(?i:licen[cs]e|notice).*");

  /** What a loader may look for; a repository has some of them. */
  static final List<String> KNOWN =
      List.of(
          "config.json",
          "open_clip_config.json",
          "preprocessor_config.json",
          "processor_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "vocab.json",
          "merges.txt",
          "chat_template.json",
          "chat_template.jinja",
          "generation_config.json");

  private ModelFiles() {}

  static List<String> needed(List<String> files) {
    var needed = new ArrayList<String>();
    for (String file : files) {
      if (BESIDE.matcher(file).matches() && !LEFTOVER.matcher(file).matches()) {
        needed.add(file);
      }
    }
    needed.addAll(weights(files));
    return List.copyOf(needed);
  }

  /** The weights in the form that is read first; empty if there are none. */
  private static List<String> weights(List<String> files) {
    boolean isOpenClip = files.contains("open_clip_config.json") && !files.contains("config.json");
    for (Pattern form : isOpenClip ? OPEN_CLIP : WEIGHTS) {
      List<String> found = files.stream().filter(form.asMatchPredicate()).toList();
      // An index alone is of no use.
      if (found.stream().anyMatch(file -> !file.endsWith(".json"))) {
        return found;
      }
    }
    return List.of();
  }

  /** Whether a snapshot has all that a model folder needs, as far as the cache can tell. */
  static boolean areIn(HubCache cache, String commit) {
    Path snapshot = cache.snapshot(commit);
    for (String file : KNOWN) {
      if (!cache.has(commit, file) && !cache.lacks(commit, file)) {
        return false;
      }
    }
    try (var files = Files.list(snapshot)) {
      List<String> weights =
          weights(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList());
      return !weights.isEmpty()
          && weights.stream()
              .filter(file -> file.endsWith(".index.json"))
              .allMatch(index ->
                  shards(snapshot.resolve(index)).stream()
                      .allMatch(shard -> cache.has(commit, shard)));
    } catch (IOException _) {
      return false; // not there, or not readable: fetching will tell
    }
  }

  private static List<String> shards(Path index) {
    try {
      return Json.readObject(index).path("weight_map").properties().stream()
          .map(entry -> entry.getValue().asString())
          .distinct()
          .toList();
    } catch (InputException _) {
      return List.of("an index that can be read");
    }
  }
}
