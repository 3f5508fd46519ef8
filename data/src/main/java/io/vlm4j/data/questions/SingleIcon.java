package io.vlm4j.data.questions;

import io.vlm4j.data.Sample;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.io.InputException;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Questions that one word about one icon answers: all words are answers.
 *
 * @param question what is asked
 * @param words the answers, in order
 * @param byWord the icons of each
 * @param choosable whether the words are few enough to choose from
 */
record SingleIcon(
    Icons icons,
    String question,
    List<String> words,
    SequencedMap<String, List<Sample>> byWord,
    boolean choosable)
    implements Asker {
  private static final String CLOCK = "(\\w+) (oclock|thirty)";

  /** What an icon is called. */
  static SingleIcon names(Icons icons) {
    return of(icons, "What is this?", Sample::text, false, "names");
  }

  /** Which group it belongs to. */
  static SingleIcon groups(Icons icons) {
    return of(icons, "Which group does this belong to?", Icons::group, true, "groups");
  }

  /** Which time a clock shows. */
  static SingleIcon clocks(Icons icons) {
    return of(icons, "What time does the clock show?", SingleIcon::time, true, "clock faces");
  }

  private static SingleIcon of(
      Icons icons,
      String question,
      Function<Sample, String> word,
      boolean choosable,
      String described) {
    var byWord = Icons.byName(icons.all(), word);
    if (byWord.size() < 2) {
      throw new InputException("these icons have no two %s to ask for".formatted(described));
    }
    return new SingleIcon(icons, question, List.copyOf(byWord.keySet()), byWord, choosable);
  }

  /** {@code three o'clock} or {@code half past three} of a clock face; empty of others. */
  private static String time(Sample icon) {
    String name = icon.text();
    return name.matches(CLOCK)
        ? name.replaceFirst("(\\w+) oclock", "$1 o'clock")
            .replaceFirst("(\\w+) thirty", "half past $1")
        : "";
  }

  @Override
  public int answers() {
    return words.size();
  }

  @Override
  public Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name) {
    String word = words.get(answer);
    Sample icon = Icons.any(byWord.getOrDefault(word, List.of()), own);
    return new Asked(
        icons.alone(icon, NamedColour.WHITE, own).picture(name),
        question,
        List.of(word),
        choosable ? words : List.of());
  }
}
