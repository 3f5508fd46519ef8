package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where things go on a scene. */
final class Layouts {
  static final int SIDE = 128;
  static final double SIZE = 0.44;
  private static final double NEAR = 0.26;
  private static final double FAR = 0.74;

  private Layouts() {}

  static Scene scene(Item... items) {
    return on(Color.WHITE, items);
  }

  static Scene on(Color ground, Item... items) {
    return new Scene(SIDE, ground, List.of(items));
  }

  /** One in the middle. */
  static Scene alone(Thing thing) {
    return scene(new Item(thing.icon(), 0.5, 0.5, 0.7));
  }

  /** The first left of the second. */
  static Scene leftOf(Thing left, Thing right) {
    return scene(new Item(left.icon(), NEAR, 0.5, SIZE), new Item(right.icon(), FAR, 0.5, SIZE));
  }

  /** The first above the second. */
  static Scene above(Thing top, Thing bottom) {
    return scene(new Item(top.icon(), 0.5, NEAR, SIZE), new Item(bottom.icon(), 0.5, FAR, SIZE));
  }

  /** Both, each on a tile of a colour, the first left. */
  static Scene tiled(Thing left, NamedColour first, Thing right, NamedColour second) {
    return scene(
        new Item(left.icon(), NEAR, 0.5, 0.4, 0, first.colour()),
        new Item(right.icon(), FAR, 0.5, 0.4, 0, second.colour()));
  }

  /** From left to right. */
  static Scene row(List<Thing> things) {
    var items = new ArrayList<Item>();
    double step = 1.0 / things.size();
    for (int i = 0; i < things.size(); i++) {
      items.add(new Item(things.get(i).icon(), (i + 0.5) * step, 0.5, 0.9 * step));
    }
    return new Scene(SIDE, Color.WHITE, items);
  }

  /** The quarters of a square, row by row; some may be left free at the end. */
  static Scene quarters(List<Thing> things) {
    var items = new ArrayList<Item>();
    for (int i = 0; i < things.size(); i++) {
      items.add(
          new Item(things.get(i).icon(), i % 2 == 0 ? NEAR : FAR, i / 2 == 0 ? NEAR : FAR, SIZE));
    }
    return new Scene(SIDE, Color.WHITE, items);
  }

  /** The first so often, then the second so often. */
  static List<Thing> times(int count, Thing first, int others, Thing second) {
    return Stream.concat(
            Stream.generate(() -> first).limit(count), Stream.generate(() -> second).limit(others))
        .toList();
  }
}
