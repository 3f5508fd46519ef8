package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.eval.benchmark.Grid;
import io.vlm4j.eval.benchmark.ProgramBenchmark;
import io.vlm4j.eval.benchmark.ProgramBenchmark.Truth;
import io.vlm4j.eval.metric.answer.VisualProgram;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * VPEval's skills, each text with a scene that shows it and one that does not: so who always says
 * yes, and who always says no, is right in exactly half.
 */
final class ScenePrograms {
  private static final Logger LOG = LoggerFactory.getLogger(ScenePrograms.class);

  private final List<ProgramBenchmark.Item> items = new ArrayList<>();

  private ScenePrograms() {}

  /**
   * Programs.
   *
   * @param each how many texts of each skill; those about writing need fonts
   */
  static List<ProgramBenchmark.Item> of(Things things, int each, long seed) {
    var made = new ScenePrograms();
    for (int i = 0; i < each; i++) {
      made.object("object-" + i, things, Chance.of(seed, 0, i));
      made.count("count-" + i, things, Chance.of(seed, 1, i));
      made.spatial("spatial-" + i, things, Chance.of(seed, 2, i));
      made.scale("scale-" + i, things, Chance.of(seed, 3, i));
      made.colour("vqa-" + i, things, Chance.of(seed, 4, i));
    }
    try {
      made.written(Math.ceilDiv(each, 2), seed);
    } catch (InputException e) {
      LOG.warn("no programs about writing: {}", e.getMessage());
    }
    return made.items;
  }

  private void object(String unit, Things things, RandomGenerator chance) {
    List<Thing> three = things.draw(3, chance);
    Thing asked = three.getLast();
    add(
        unit,
        asked.one(),
        "objectEval(image, '%s')".formatted(asked.name()),
        Layouts.leftOf(three.get(0), asked),
        Layouts.leftOf(three.get(0), three.get(1)),
        asked.style());
  }

  private void count(String unit, Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    int count = chance.nextInt(1, 4);
    int other = 1 + (count - 1 + chance.nextInt(1, 3)) % 3;
    add(
        unit,
        count == 1 ? a.one() : count + " " + a.many(),
        "countEval(objDet(image, '%s'), '==%d')".formatted(a.name(), count),
        Layouts.quarters(Layouts.times(count, a, 4 - count, b)),
        Layouts.quarters(Layouts.times(other, a, 4 - other, b)),
        a.style());
  }

  private void spatial(String unit, Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    boolean isAcross = chance.nextBoolean();
    add(
        unit,
        a.one() + (isAcross ? " left of " : " above ") + b.one(),
        "spatialEval(image, '%s,%s,%s')".formatted(a.name(), b.name(), isAcross ? "left" : "above"),
        isAcross ? Layouts.leftOf(a, b) : Layouts.above(a, b),
        isAcross ? Layouts.leftOf(b, a) : Layouts.above(b, a),
        a.style());
  }

  private void scale(String unit, Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    boolean isBigger = chance.nextBoolean();
    add(
        unit,
        a.one() + (isBigger ? " bigger than " : " smaller than ") + b.one(),
        "scaleEval(image, '%s,%s,%s')"
            .formatted(a.name(), b.name(), isBigger ? "bigger" : "smaller"),
        sized(a, isBigger ? 0.6 : 0.3, b, isBigger ? 0.3 : 0.6),
        sized(a, isBigger ? 0.3 : 0.6, b, isBigger ? 0.6 : 0.3),
        a.style());
  }

  private static Scene sized(Thing left, double first, Thing right, double second) {
    return Layouts.scene(
        new Item(left.icon(), 0.04 + first / 2, 0.5, first),
        new Item(right.icon(), 0.96 - second / 2, 0.5, second));
  }

  private void colour(String unit, Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    List<NamedColour> tiles = Cases.tiles(chance);
    NamedColour first = tiles.getFirst();
    NamedColour second = tiles.getLast();
    add(
        unit,
        a.one() + " on " + first.word(),
        "vqa(image, 'which colour is the square behind the %s?', 'red,yellow,green,blue', '%s')"
            .formatted(a.name(), first.word()),
        Layouts.tiled(a, first, two.getLast(), second),
        Layouts.tiled(a, second, two.getLast(), first),
        a.style());
  }

  /** Of four pictures of text two are asked about, each with another one. */
  private void written(int count, long seed) {
    for (Grid grid : LetterGrids.of(count, seed)) {
      for (int i = 0; i < 2; i++) {
        String text = grid.texts().get(i).replaceAll("^the text \"|\"$", "");
        if (text.indexOf('\'') < 0) { // quotes have no escape in these programs
          add(
              "text-" + grid.key() + "/" + i,
              "the text " + text,
              "textEval(ocr(image), '" + text + "')",
              grid.pictures().get(i),
              grid.pictures().get(i + 2),
              "text");
        }
      }
    }
  }

  private void add(String unit, String text, String code, Scene shown, Scene other, String style) {
    add(unit, text, code, shown.picture(unit + "/0"), other.picture(unit + "/1"), style);
  }

  private void add(
      String unit, String text, String code, Picture shown, Picture other, String style) {
    VisualProgram program = VisualProgram.parse(code);
    var tags = Map.of("skill", unit.substring(0, unit.indexOf('-')), "style", style);
    items.add(
        new ProgramBenchmark.Item(
            unit + "/0", unit, shown, text, code, program, Truth.SHOWN, tags));
    items.add(
        new ProgramBenchmark.Item(
            unit + "/1", unit, other, text, code, program, Truth.NOT_SHOWN, tags));
  }
}
