package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Scenes of which one factor alone differs, as in PUG (arXiv 2308.03977): one thing, its ground,
 * its place, its size, which way up it is. A caption names this factor and up to two others.
 */
final class Factors {
  private static final List<NamedColour> GROUNDS =
      List.of(
          NamedColour.WHITE,
          NamedColour.RED,
          NamedColour.YELLOW,
          NamedColour.GREEN,
          NamedColour.BLUE);
  private static final List<String> PLACES =
      List.of("at the left", "at the right", "at the top", "at the bottom");
  private static final double[] ACROSS = {0.25, 0.75, 0.5, 0.5};
  private static final double[] DOWN = {0.5, 0.5, 0.25, 0.75};
  private static final double[] SIZES = {0.25, 0.48};
  private static final int OBJECTS = 4;

  /** A case for each factor. */
  static final List<Case> PUG =
      Stream.of(Factor.values())
          .map(factor -> new Case(factor.word(), (things, chance) -> vary(factor, things, chance)))
          .toList();

  private Factors() {}

  private enum Factor {
    OBJECT(OBJECTS),
    BACKGROUND(GROUNDS.size()),
    POSITION(PLACES.size()),
    SIZE(SIZES.length),
    ROTATION(2);

    private final int values;

    Factor(int values) {
      this.values = values;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static Case.Drawn vary(Factor varied, Things things, RandomGenerator chance) {
    List<Thing> objects = things.draw(OBJECTS, chance);
    var fixed = new int[Factor.values().length];
    for (Factor factor : Factor.values()) {
      fixed[factor.ordinal()] = chance.nextInt(factor.values);
    }
    Set<Factor> named = EnumSet.of(varied);
    int level = chance.nextInt(1, 4);
    while (named.size() < level) {
      named.add(Factor.values()[chance.nextInt(1, Factor.values().length)]);
    }
    var scenes = new ArrayList<Scene>();
    var captions = new ArrayList<String>();
    for (int value = 0; value < varied.values; value++) {
      int[] setting = fixed.clone();
      setting[varied.ordinal()] = value;
      scenes.add(scene(objects, setting));
      captions.add(caption(objects, setting, named));
    }
    return new Case.Drawn(
        scenes,
        captions,
        objects.getFirst().style(),
        Map.of("factors named", Integer.toString(level)));
  }

  private static Scene scene(List<Thing> objects, int[] setting) {
    int place = setting[Factor.POSITION.ordinal()];
    return Layouts.on(
        GROUNDS.get(setting[Factor.BACKGROUND.ordinal()]).colour(),
        new Item(
            objects.get(setting[Factor.OBJECT.ordinal()]).icon(),
            ACROSS[place],
            DOWN[place],
            SIZES[setting[Factor.SIZE.ordinal()]],
            setting[Factor.ROTATION.ordinal()] == 0 ? 0 : 180,
            null));
  }

  private static String caption(List<Thing> objects, int[] setting, Set<Factor> named) {
    Thing thing = objects.get(setting[Factor.OBJECT.ordinal()]);
    var caption = new StringBuilder();
    if (named.contains(Factor.SIZE)) {
      caption
          .append(setting[Factor.SIZE.ordinal()] == 0 ? "a small " : "a large ")
          .append(thing.name());
    } else {
      caption.append(thing.one());
    }
    if (named.contains(Factor.ROTATION)) {
      caption.append(setting[Factor.ROTATION.ordinal()] == 0 ? " upright" : " upside down");
    }
    if (named.contains(Factor.POSITION)) {
      caption.append(' ').append(PLACES.get(setting[Factor.POSITION.ordinal()]));
    }
    if (named.contains(Factor.BACKGROUND)) {
      NamedColour ground = GROUNDS.get(setting[Factor.BACKGROUND.ordinal()]);
      caption.append(" on ").append(ground.withArticle()).append(" ground");
    }
    return caption.toString();
  }
}
