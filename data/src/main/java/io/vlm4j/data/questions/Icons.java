package io.vlm4j.data.questions;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What questions draw: icons, by name.
 *
 * @param all the icons, each with its name as first text
 * @param side of the pictures, in pixels
 */
record Icons(List<Sample> all, int side) {
  /** Grounds that drawings of all colours can be seen on. */
  static final List<NamedColour> GROUNDS =
      List.of(
          NamedColour.WHITE,
          NamedColour.GREY,
          NamedColour.RED,
          NamedColour.ORANGE,
          NamedColour.YELLOW,
          NamedColour.GREEN,
          NamedColour.BLUE,
          NamedColour.PURPLE,
          NamedColour.PINK,
          NamedColour.BROWN);

  /** Checks that there are enough. */
  Icons {
    all = List.copyOf(all);
    if (byName(all, Sample::text).size() < 2) {
      throw new InputException("questions about icons need two of different names at least");
    }
  }

  /** The icons by what is said of them, in the order of the words; those without are left out. */
  static SequencedMap<String, List<Sample>> byName(
      List<Sample> icons, Function<Sample, String> word) {
    SequencedMap<String, List<Sample>> groups =
        icons.stream()
            .collect(Collectors.groupingBy(word, TreeMap::new, Collectors.toUnmodifiableList()));
    groups.remove("");
    return groups;
  }

  /** Unicode's group as a word or two, such as {@code food drink}; empty if it is not known. */
  static String group(Sample icon) {
    return icon.label(IconCorpus.GROUP).toLowerCase(Locale.ROOT).replace(" & ", " and ");
  }

  static <T> T any(List<T> list, RandomGenerator chance) {
    return list.get(chance.nextInt(list.size()));
  }

  /** Any icon. */
  Sample any(RandomGenerator chance) {
    return any(all, chance);
  }

  /** Any icon of another name. */
  Sample other(Sample than, RandomGenerator chance) {
    return other(List.of(than), chance);
  }

  /** Any icon of another name than all of these. */
  Sample other(List<Sample> than, RandomGenerator chance) {
    while (true) {
      Sample icon = any(chance);
      if (than.stream().noneMatch(taken -> taken.text().equals(icon.text()))) {
        return icon;
      }
    }
  }

  /** An icon alone, nearly as large as the picture. */
  Scene alone(Sample icon, NamedColour ground, RandomGenerator chance) {
    double size = chance.nextDouble(0.75, 0.95);
    double room = (1 - size) / 2;
    return scene(
        ground,
        List.of(
            new Item(
                icon.picture(),
                0.5 + room * chance.nextDouble(-1, 1),
                0.5 + room * chance.nextDouble(-1, 1),
                size)));
  }

  /** Some items on a ground. */
  Scene scene(NamedColour ground, List<Item> items) {
    return new Scene(side, ground.colour(), items);
  }
}
