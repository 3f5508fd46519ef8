package io.vlm4j.eval.metric.caption;

import java.util.ArrayList;
import java.util.List;

/**
 * What a caption says there is: objects {@code (dog)}, their attributes {@code (dog, brown)}, and
 * relations between two of them {@code (dog, sit on, bed)}.
 *
 * @param tuples of one, two and three base forms; of tuples that mean the same, the first
 */
record SceneGraph(List<List<String>> tuples) {
  /** Copies the list. */
  SceneGraph {
    tuples = List.copyOf(tuples);
  }

  /** What any of several graphs says. */
  static SceneGraph union(List<SceneGraph> graphs, WordNet words) {
    var all = new ArrayList<List<String>>();
    for (SceneGraph graph : graphs) {
      for (List<String> tuple : graph.tuples) {
        if (all.stream().noneMatch(known -> mean(known, tuple, words))) {
          all.add(tuple);
        }
      }
    }
    return new SceneGraph(all);
  }

  /** How many of its tuples another graph has as well; each of the other's counts once. */
  int shared(SceneGraph other, WordNet words) {
    var left = new ArrayList<>(other.tuples);
    int count = 0;
    for (List<String> tuple : tuples) {
      if (left.remove(tuple)) {
        count++;
        continue;
      }
      for (List<String> candidate : left) {
        // Who is there as such waits for its equal, not for a synonym.
        if (!tuples.contains(candidate) && mean(candidate, tuple, words)) {
          left.remove(candidate);
          count++;
          break;
        }
      }
    }
    return count;
  }

  /** Whether two tuples say the same in the same or other words. */
  private static boolean mean(List<String> a, List<String> b, WordNet words) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!words.areSynonyms(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }
}
