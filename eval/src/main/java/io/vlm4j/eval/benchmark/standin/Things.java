package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** What scenes are made of: things of one or two words, by the hand that drew them. */
final class Things {
  private static final int FEWEST = 12;
  private static final Set<String> GROUPS =
      Set.of("Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects");

  /** Colours of things would be mixed up with those of scenes; the others have odd plurals. */
  private static final Set<String> UNFIT =
      Set.of(
          "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "mouse",
          "fish", "sheep", "goose", "ox", "leaf", "loaf", "knife", "wolf", "bread", "rice", "moon",
          "sun", "large", "small", "wheat", "corn", "milk", "sushi", "bacon", "cloud", "light",
          "dark", "sign", "right", "left", "up", "down", "o", "deer", "shrimp", "squid");

  private final Map<String, List<Thing>> byStyle;
  private final List<String> styles;

  /**
   * Chooses what is fit.
   *
   * @throws InputException if there are too few of any style
   */
  Things(List<Sample> icons) {
    byStyle =
        icons.stream()
            .filter(sample -> GROUPS.contains(sample.label(IconCorpus.GROUP)))
            .map(Thing::of)
            .filter(thing -> isFit(thing.name()))
            .sorted(Comparator.comparing(Thing::name))
            .collect(Collectors.groupingBy(Thing::style, TreeMap::new, Collectors.toList()));
    byStyle.values().removeIf(things -> things.size() < FEWEST);
    styles = List.copyOf(byStyle.keySet());
    if (styles.isEmpty()) {
      throw new InputException(
          "too few icons to compose scenes: at least " + FEWEST + " things of one style");
    }
  }

  private static boolean isFit(String name) {
    List<String> words = List.of(name.split(" "));
    return name.matches("[a-z]+( [a-z]+)?")
        && !name.endsWith("s")
        && words.stream().noneMatch(UNFIT::contains)
        && Arrays.stream(NamedColour.values()).noneMatch(c -> words.contains(c.word()));
  }

  /** So many different things of one style. */
  List<Thing> draw(int count, RandomGenerator chance) {
    return draw(count, chance, _ -> true);
  }

  /** So many different things of one style that fit. */
  List<Thing> draw(int count, RandomGenerator chance, Predicate<Thing> fits) {
    int first = chance.nextInt(styles.size());
    for (int s = 0; s < styles.size(); s++) {
      List<Thing> pool =
          byStyle.getOrDefault(styles.get((first + s) % styles.size()), List.of()).stream()
              .filter(fits)
              .toList();
      if (pool.size() >= count) {
        var left = new ArrayList<>(pool);
        var drawn = new ArrayList<Thing>();
        while (drawn.size() < count) {
          Thing thing = left.remove(chance.nextInt(left.size()));
          if (drawn.stream().noneMatch(other -> isConfusable(other.name(), thing.name()))) {
            drawn.add(thing);
          } else if (left.size() < count - drawn.size()) {
            break;
          }
        }
        if (drawn.size() == count) {
          return drawn;
        }
      }
    }
    throw new InputException("there are no " + count + " different icons of one kind and style");
  }

  /** Two different things of one kind, as two fruits. */
  List<Thing> alike(RandomGenerator chance) {
    for (int attempt = 0; attempt < 1000; attempt++) {
      Thing first = draw(1, chance).getFirst();
      List<Thing> others =
          byStyle.getOrDefault(first.style(), List.of()).stream()
              .filter(other -> other.kind().equals(first.kind()))
              .filter(other -> !isConfusable(first.name(), other.name()))
              .toList();
      if (!others.isEmpty()) {
        return List.of(first, others.get(chance.nextInt(others.size())));
      }
    }
    throw new InputException("there are no two icons of one kind and style");
  }

  /** A name that holds the other's words is true of both: a cat face is a cat. */
  static boolean isConfusable(String a, String b) {
    Set<String> words = Set.copyOf(List.of(a.split(" ")));
    Set<String> others = Set.copyOf(List.of(b.split(" ")));
    return words.containsAll(others) || others.containsAll(words);
  }
}
