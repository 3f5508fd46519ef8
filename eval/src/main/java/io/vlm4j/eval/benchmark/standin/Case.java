package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.icons.Scene;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * One kind of question: draws scenes and says what is on each.
 *
 * @param name for slices
 */
record Case(String name, Maker maker) {
  /** Makes the scenes of a grid. */
  @FunctionalInterface
  interface Maker {
    /** Draws things by chance. */
    Drawn make(Things things, RandomGenerator chance);
  }

  /**
   * Scenes of which each has one caption, true of it alone.
   *
   * @param style whose drawings they are
   * @param tags more than the case's name
   */
  record Drawn(List<Scene> scenes, List<String> captions, String style, Map<String, String> tags) {
    static Drawn of(List<Thing> things, List<Scene> scenes, List<String> captions) {
      return new Drawn(scenes, captions, things.getFirst().style(), Map.of());
    }
  }
}
