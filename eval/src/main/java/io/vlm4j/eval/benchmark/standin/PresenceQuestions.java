package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.eval.benchmark.YesNoBenchmark.Question;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Is there such a thing? Of two scenes of four things each has one that the other has not; both are
 * asked about in both, so who sees only the question is right in exactly half.
 *
 * <p>{@code random}: any two things; {@code popular}: two of the dozen that come most often in
 * these questions; {@code adversarial}: two of one kind, as two fruits.
 */
final class PresenceQuestions {
  private static final List<String> KINDS = List.of("random", "popular", "adversarial");
  private static final int COMPANY = 3;
  private static final int POPULAR = 12;

  private PresenceQuestions() {}

  static List<Question> of(Things things, int each, long seed) {
    List<Thing> popular = things.draw(POPULAR, Chance.of(seed, KINDS.size(), 0));
    var questions = new ArrayList<Question>();
    for (int i = 0; i < each; i++) {
      for (int k = 0; k < KINDS.size(); k++) {
        RandomGenerator chance = Chance.of(seed, k, i);
        List<Thing> two =
            switch (KINDS.get(k)) {
              case "popular" -> two(popular, chance);
              case "adversarial" -> things.alike(chance);
              default -> things.draw(2, chance);
            };
        add(questions, KINDS.get(k), i, two, company(things, two, chance), chance);
      }
    }
    return questions;
  }

  private static List<Thing> two(List<Thing> popular, RandomGenerator chance) {
    int first = chance.nextInt(POPULAR);
    return List.of(popular.get(first), popular.get((first + chance.nextInt(1, POPULAR)) % POPULAR));
  }

  /** Things of the same hand that are neither of the two. */
  private static List<Thing> company(Things things, List<Thing> two, RandomGenerator chance) {
    return things.draw(
        COMPANY,
        chance,
        thing ->
            thing.style().equals(two.getFirst().style())
                && two.stream().noneMatch(t -> Things.isConfusable(t.name(), thing.name())));
  }

  private static void add(
      List<Question> questions,
      String kind,
      int number,
      List<Thing> two,
      List<Thing> company,
      RandomGenerator chance) {
    int place = chance.nextInt(COMPANY + 1);
    for (int shown = 0; shown < 2; shown++) {
      var things = new ArrayList<>(company);
      things.add(place, two.get(shown));
      String key = kind + "-" + number + "/" + shown;
      Picture picture = Layouts.quarters(things).picture(key);
      for (Thing asked : two.stream().sorted(Comparator.comparing(Thing::name)).toList()) {
        questions.add(
            new Question(
                key + "/" + asked.name(),
                picture,
                "Is there " + asked.one() + " in the image?",
                asked.one(),
                asked == two.get(shown),
                kind + "-" + number,
                number % 2,
                Map.of("case", kind, "style", asked.style())));
      }
    }
  }
}
