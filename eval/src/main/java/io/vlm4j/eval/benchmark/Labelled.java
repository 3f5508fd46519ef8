package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Pictures of classes.
 *
 * @param classes names of the classes
 * @param items the pictures
 */
public record Labelled(List<String> classes, List<Item> items) {
  /** Copies the lists. */
  public Labelled {
    classes = List.copyOf(classes);
    items = List.copyOf(items);
  }

  /**
   * A picture.
   *
   * @param label its class, from 0
   * @param tags what it belongs to, for slices
   */
  public record Item(String key, Picture picture, int label, Map<String, String> tags) {}

  /** All pictures in order. */
  List<Picture> pictures() {
    return items.stream().map(Item::picture).toList();
  }

  /** The class of each picture. */
  int[] labels() {
    return items.stream().mapToInt(Item::label).toArray();
  }

  /** What becomes samples of an outcome. */
  List<Outcome.Sampled> samples() {
    return items.stream().map(item -> new Outcome.Sampled(item.key(), item.tags())).toList();
  }

  /** Adds all to a hash. */
  void addTo(TestData.Hash hash) {
    classes.forEach(hash::add);
    for (Item item : items) {
      hash.add(item.key()).add(item.picture()).add(Integer.toString(item.label())).next();
    }
  }

  /** The worst of those whose scores prefer another class. */
  List<Outcome.Example> mistakes(float[][] scores, int most) {
    return IntStream.range(0, items.size())
        .mapToObj(i -> mistake(i, scores[i]))
        .filter(example -> example.margin() >= 0)
        .sorted(Comparator.comparingDouble(Outcome.Example::margin).reversed())
        .limit(most)
        .toList();
  }

  private Outcome.Example mistake(int index, float[] scores) {
    int right = items.get(index).label();
    int best = right == 0 ? 1 : 0;
    for (int c = 0; c < scores.length; c++) {
      if (c != right && scores[c] > scores[best]) {
        best = c;
      }
    }
    return new Outcome.Example(
        Integer.toString(index),
        classes.get(right),
        classes.get(best),
        (double) scores[best] - scores[right]);
  }
}
