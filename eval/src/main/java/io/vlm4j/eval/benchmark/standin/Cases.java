package io.vlm4j.eval.benchmark.standin;

import static io.vlm4j.eval.benchmark.standin.Layouts.above;
import static io.vlm4j.eval.benchmark.standin.Layouts.alone;
import static io.vlm4j.eval.benchmark.standin.Layouts.leftOf;
import static io.vlm4j.eval.benchmark.standin.Layouts.row;
import static io.vlm4j.eval.benchmark.standin.Layouts.scene;
import static io.vlm4j.eval.benchmark.standin.Layouts.tiled;
import static io.vlm4j.eval.benchmark.standin.Layouts.times;

import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.eval.benchmark.standin.Case.Drawn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The kinds of questions of Winoground, ARO and SugarCrepe, composed. In each every caption has its
 * scene and every scene its caption, so neither alone tells what belongs together.
 */
final class Cases {
  private static final List<NamedColour> TILES =
      List.of(NamedColour.RED, NamedColour.YELLOW, NamedColour.GREEN, NamedColour.BLUE);

  /** Two captions of the same words (arXiv 2204.03162). */
  static final List<Case> WINOGROUND =
      List.of(
          new Case("position", Cases::position),
          new Case("height", Cases::height),
          new Case("count", Cases::count),
          new Case("colour", Cases::colour),
          new Case("size", Cases::size));

  /** Relation, attribute, order (arXiv 2210.01936). */
  static final List<Case> ARO =
      List.of(
          new Case("relation", Cases::relation),
          new Case("attribution", Cases::colour),
          new Case("order", Cases::order));

  /** The seven subsets (arXiv 2306.14610). */
  static final List<Case> SUGARCREPE =
      List.of(
          new Case("replace_obj", Cases::replaceObject),
          new Case("replace_att", Cases::replaceAttribute),
          new Case("replace_rel", Cases::replaceRelation),
          new Case("swap_obj", Cases::position),
          new Case("swap_att", Cases::colour),
          new Case("add_obj", Cases::addObject),
          new Case("add_att", Cases::addAttribute));

  private Cases() {}

  private static Drawn position(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    return Drawn.of(
        two,
        List.of(leftOf(a, b), leftOf(b, a)),
        List.of(a.one() + " left of " + b.one(), b.one() + " left of " + a.one()));
  }

  private static Drawn height(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    return Drawn.of(
        two,
        List.of(above(a, b), above(b, a)),
        List.of(a.one() + " above " + b.one(), b.one() + " above " + a.one()));
  }

  private static Drawn relation(Things things, RandomGenerator chance) {
    return chance.nextBoolean() ? position(things, chance) : height(things, chance);
  }

  private static Drawn count(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    return Drawn.of(
        two,
        List.of(shuffledRow(times(1, a, 2, b), chance), shuffledRow(times(2, a, 1, b), chance)),
        List.of(
            "one " + a.name() + " and two " + b.many(),
            "two " + a.many() + " and one " + b.name()));
  }

  private static Scene shuffledRow(List<Thing> things, RandomGenerator chance) {
    var shuffled = new ArrayList<>(things);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      Collections.swap(shuffled, i, chance.nextInt(i + 1));
    }
    return row(shuffled);
  }

  /** Two colours of tiles, one other than the other. */
  static List<NamedColour> tiles(RandomGenerator chance) {
    int first = chance.nextInt(TILES.size());
    int second = (first + chance.nextInt(1, TILES.size())) % TILES.size();
    return List.of(TILES.get(first), TILES.get(second));
  }

  private static Drawn colour(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    List<NamedColour> tiles = tiles(chance);
    NamedColour first = tiles.getFirst();
    NamedColour second = tiles.getLast();
    return Drawn.of(
        two,
        List.of(tiled(a, first, b, second), tiled(a, second, b, first)),
        List.of(onTiles(a, first, b, second), onTiles(a, second, b, first)));
  }

  private static String onTiles(Thing a, NamedColour first, Thing b, NamedColour second) {
    return "%s on %s and %s on %s".formatted(a.one(), first.word(), b.one(), second.word());
  }

  private static Drawn size(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    return Drawn.of(
        two,
        List.of(sized(a, 0.6, b, 0.3), sized(a, 0.3, b, 0.6)),
        List.of(
            "a large %s and a small %s".formatted(a.name(), b.name()),
            "a small %s and a large %s".formatted(a.name(), b.name())));
  }

  private static Scene sized(Thing left, double first, Thing right, double second) {
    return scene(
        new Item(left.icon(), 0.04 + first / 2, 0.5, first),
        new Item(right.icon(), 0.96 - second / 2, 0.5, second));
  }

  /** All six orders of three things. */
  private static Drawn order(Things things, RandomGenerator chance) {
    List<Thing> three = things.draw(3, chance);
    var scenes = new ArrayList<Scene>();
    var captions = new ArrayList<String>();
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        if (i != j) {
          List<Thing> row = List.of(three.get(i), three.get(j), three.get(3 - i - j));
          scenes.add(row(row));
          captions.add(
              "%s, then %s, then %s"
                  .formatted(row.get(0).one(), row.get(1).one(), row.get(2).one()));
        }
      }
    }
    return Drawn.of(three, scenes, captions);
  }

  private static Drawn replaceObject(Things things, RandomGenerator chance) {
    List<Thing> three = things.draw(3, chance);
    Thing kept = three.getFirst();
    return Drawn.of(
        three,
        List.of(leftOf(kept, three.get(1)), leftOf(kept, three.get(2))),
        List.of(
            kept.one() + " left of " + three.get(1).one(),
            kept.one() + " left of " + three.get(2).one()));
  }

  private static Drawn replaceAttribute(Things things, RandomGenerator chance) {
    List<Thing> one = things.draw(1, chance);
    Thing a = one.getFirst();
    List<NamedColour> tiles = tiles(chance);
    NamedColour first = tiles.getFirst();
    NamedColour second = tiles.getLast();
    return Drawn.of(
        one,
        List.of(on(a, first), on(a, second)),
        List.of(a.one() + " on " + first.word(), a.one() + " on " + second.word()));
  }

  private static Scene on(Thing thing, NamedColour tile) {
    return scene(new Item(thing.icon(), 0.5, 0.5, 0.6, 0, tile.colour()));
  }

  private static Drawn replaceRelation(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    return Drawn.of(
        two,
        List.of(leftOf(a, b), above(a, b)),
        List.of(a.one() + " left of " + b.one(), a.one() + " above " + b.one()));
  }

  private static Drawn addObject(Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    return Drawn.of(
        two, List.of(alone(a), leftOf(a, b)), List.of(a.one(), a.one() + " and " + b.one()));
  }

  private static Drawn addAttribute(Things things, RandomGenerator chance) {
    List<Thing> one = things.draw(1, chance);
    Thing a = one.getFirst();
    NamedColour tile = TILES.get(chance.nextInt(TILES.size()));
    return Drawn.of(
        one,
        List.of(scene(new Item(a.icon(), 0.5, 0.5, 0.6)), on(a, tile)),
        List.of(a.one(), a.one() + " on " + tile.word()));
  }
}
