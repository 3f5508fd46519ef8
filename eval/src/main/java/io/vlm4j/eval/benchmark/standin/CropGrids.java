package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.eval.benchmark.Grid;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Crops of one scene and their captions, as DCI's tests (arXiv 2312.08578): which of eight captions
 * belongs to which of eight crops, and which of two of one kind.
 */
final class CropGrids {
  private static final int ACROSS = 3;
  private static final int CROPS = 8;
  private static final int SIDE = 192;
  private static final int CELL = SIDE / ACROSS;

  private CropGrids() {}

  static List<Grid> of(Things things, int each, long seed) {
    var grids = new ArrayList<Grid>();
    for (int i = 0; i < each; i++) {
      RandomGenerator chance = Chance.of(seed, 0, i);
      List<Thing> eight = things.draw(CROPS, chance);
      grids.add(grid("scm-" + i, "subcrops", eight, List.of(0, 1, 2, 3, 4, 5, 6, 7)));
      List<Thing> two = things.alike(chance);
      var others = new ArrayList<>(two);
      for (Thing thing : things.draw(CROPS, chance)) {
        if (others.size() < CROPS && thing.style().equals(two.getFirst().style())) {
          others.add(thing);
        }
      }
      grids.add(grid("negative-" + i, "negatives", others, List.of(0, 1)));
    }
    return grids;
  }

  /** Some of the crops of a scene. */
  private static Grid grid(String key, String name, List<Thing> things, List<Integer> crops) {
    var items = new ArrayList<Item>();
    for (int i = 0; i < things.size(); i++) {
      items.add(
          new Item(
              things.get(i).icon(),
              (i % ACROSS + 0.5) / ACROSS,
              ((double) (i / ACROSS) + 0.5) / ACROSS,
              0.9 / ACROSS));
    }
    var scene = new Scene(SIDE, Color.WHITE, items);
    return Grid.square(
        key,
        crops.stream().map(i -> crop(key + "/" + i, scene, i)).toList(),
        crops.stream().map(i -> things.get(i).one()).toList(),
        Map.of("case", name, "style", things.getFirst().style()));
  }

  private static Picture crop(String name, Scene scene, int cell) {
    return Picture.drawn(
        name, () -> scene.draw().crop(cell % ACROSS * CELL, cell / ACROSS * CELL, CELL, CELL));
  }
}
