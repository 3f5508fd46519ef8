package io.vlm4j.data.questions;

import io.vlm4j.data.Sample;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Which colour a thing is, of those that icons draw in several colours, such as hearts and books. A
 * block offers {@value #CHOICES} colours of one thing.
 *
 * @param things the drawings by thing, then by colour
 */
record ThingColour(Icons icons, SequencedMap<String, Map<String, List<Sample>>> things)
    implements Asker {
  private static final int CHOICES = 3;

  /**
   * Finds the things.
   *
   * @throws InputException if there are none
   */
  static ThingColour of(Icons icons) {
    var things = new TreeMap<String, Map<String, List<Sample>>>();
    Icons.byName(icons.all(), ThingColour::thing)
        .forEach(
            (thing, drawings) -> things.put(thing, Icons.byName(drawings, ThingColour::colour)));
    things.values().removeIf(colours -> colours.size() < CHOICES);
    if (things.isEmpty()) {
      throw new InputException(
          "nothing among these icons comes in %d colours to ask for".formatted(CHOICES));
    }
    return new ThingColour(icons, things);
  }

  /** {@code heart} of {@code blue heart}; empty of what has no colour in its name. */
  private static String thing(Sample icon) {
    String[] words = icon.text().split(" ", -1);
    return words.length == 2 && isColour(words[0]) ? words[1] : "";
  }

  private static String colour(Sample icon) {
    return icon.text().split(" ", -1)[0];
  }

  private static boolean isColour(String word) {
    return Arrays.stream(NamedColour.values()).anyMatch(colour -> colour.word().equals(word));
  }

  @Override
  public int answers() {
    return CHOICES;
  }

  @Override
  public Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name) {
    String thing = Icons.any(List.copyOf(things.keySet()), block);
    Map<String, List<Sample>> byColour = things.getOrDefault(thing, Map.of());
    var colours = new ArrayList<>(byColour.keySet());
    Collections.shuffle(colours, Random.from(block));
    List<String> offered = List.copyOf(colours.subList(0, CHOICES));
    String colour = offered.get(answer);
    Sample icon = Icons.any(byColour.getOrDefault(colour, List.of()), own);
    return new Asked(
        icons.alone(icon, NamedColour.WHITE, own).picture(name),
        "Which colour is the %s: %s?".formatted(thing, listed(offered)),
        List.of(colour),
        offered);
  }

  private static String listed(List<String> words) {
    return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
  }
}
