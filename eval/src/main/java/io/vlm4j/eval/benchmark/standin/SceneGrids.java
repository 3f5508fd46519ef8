package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.data.icons.Scene;
import io.vlm4j.eval.benchmark.Grid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Grids of composed scenes. The same icons, seed and number give the same. */
final class SceneGrids {
  private SceneGrids() {}

  /** So many of each case, in turn. */
  static List<Grid> of(List<Case> cases, Things things, int each, long seed) {
    var grids = new ArrayList<Grid>();
    for (int i = 0; i < each; i++) {
      for (int c = 0; c < cases.size(); c++) {
        Case one = cases.get(c);
        Case.Drawn drawn = one.maker().make(things, Chance.of(seed, c, i));
        var tags = new HashMap<>(drawn.tags());
        tags.put("case", one.name());
        tags.put("style", drawn.style());
        String key = one.name() + "-" + i;
        grids.add(Grid.square(key, pictures(key, drawn.scenes()), drawn.captions(), tags));
      }
    }
    return grids;
  }

  private static List<Picture> pictures(String key, List<Scene> scenes) {
    var pictures = new ArrayList<Picture>();
    for (int i = 0; i < scenes.size(); i++) {
      pictures.add(scenes.get(i).picture(key + "/" + i));
    }
    return pictures;
  }
}
