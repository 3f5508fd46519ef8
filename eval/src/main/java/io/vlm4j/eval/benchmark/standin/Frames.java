package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.eval.benchmark.standin.Case.Drawn;
import java.awt.Color;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Two frames, the earlier above the later. Both pictures of a pair have the same frames in another
 * order, so whoever does not look at the order says the same of both.
 */
final class Frames {
  private static final double SIZE = 0.42;
  private static final double EARLIER = 0.25;
  private static final double LATER = 0.75;

  /** Movements, and what comes first. */
  static final List<Case> ORDER =
      List.of(
          new Case("movement", Frames::movement),
          new Case("sequence", Frames::sequence),
          new Case("vanishing", Frames::vanishing));

  private Frames() {}

  private static Drawn movement(Things things, RandomGenerator chance) {
    List<Thing> one = things.draw(1, chance);
    Thing a = one.getFirst();
    return Drawn.of(
        one,
        List.of(
            frames(new Item(a.icon(), 0.25, EARLIER, SIZE), new Item(a.icon(), 0.75, LATER, SIZE)),
            frames(new Item(a.icon(), 0.75, EARLIER, SIZE), new Item(a.icon(), 0.25, LATER, SIZE))),
        List.of(a.one() + " moves to the right", a.one() + " moves to the left"));
  }

  private static Drawn sequence(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    return Drawn.of(
        two,
        List.of(
            frames(new Item(a.icon(), 0.5, EARLIER, SIZE), new Item(b.icon(), 0.5, LATER, SIZE)),
            frames(new Item(b.icon(), 0.5, EARLIER, SIZE), new Item(a.icon(), 0.5, LATER, SIZE))),
        List.of(a.one() + " before " + b.one(), b.one() + " before " + a.one()));
  }

  private static Drawn vanishing(Things things, RandomGenerator chance) {
    List<Thing> one = things.draw(1, chance);
    Thing a = one.getFirst();
    return Drawn.of(
        one,
        List.of(
            frames(new Item(a.icon(), 0.5, EARLIER, SIZE)),
            frames(new Item(a.icon(), 0.5, LATER, SIZE))),
        List.of(a.one() + " vanishes", a.one() + " appears"));
  }

  private static Scene frames(Item... items) {
    return Layouts.on(Color.WHITE, items);
  }
}
