package io.vlm4j.examples;

import io.vlm4j.model.Pretrained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * A picture search in memory: every request is a thread of its own, all share one model.
 *
 * <p>Arguments: a model (a folder, or {@code hf:ORG/NAME}) and a folder of pictures.
 */
public final class Search {
  private final Pretrained model;
  private final ConcurrentHashMap<Path, float[]> index = new ConcurrentHashMap<>();

  private Search(Pretrained model) {
    this.model = model;
  }

  private void add(Path picture) {
    index.put(picture, model.embedImage(picture));
  }

  private List<Path> best(String query, int count) {
    float[] text = model.embedText(query);
    return index.entrySet().stream()
        .sorted(Comparator.comparingDouble(e -> -Pretrained.similarity(text, e.getValue())))
        .limit(count)
        .map(e -> e.getKey())
        .toList();
  }

  public static void main(String[] args) throws IOException {
    List<Path> pictures;
    try (var files = Files.walk(Path.of(args[1]))) {
      pictures = files.filter(file -> file.toString().endsWith(".png")).limit(200).toList();
    }
    try (var model = Pretrained.load(args[0])) {
      var search = new Search(model);
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        pictures.forEach(picture -> threads.submit(() -> search.add(picture)));
      }
      for (String query : List.of("fire engine", "red apple", "grinning face")) {
        System.out.println(query + ": " + search.best(query, 3));
      }
    }
  }
}
