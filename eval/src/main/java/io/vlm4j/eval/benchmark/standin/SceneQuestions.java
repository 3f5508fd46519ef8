package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.eval.benchmark.AnswerBenchmark.Question;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Open questions about scenes: how many, on which colour, what is left. All answers come as often.
 */
final class SceneQuestions {
  private static final List<NamedColour> GROUNDS =
      List.of(NamedColour.RED, NamedColour.YELLOW, NamedColour.GREEN, NamedColour.BLUE);
  private static final int MOST = 4;
  private static final int PEOPLE = 10; // whose answers VQA accuracy counts

  private SceneQuestions() {}

  static List<Question> of(Things things, int each, long seed) {
    var questions = new ArrayList<Question>();
    for (int i = 0; i < each; i++) {
      questions.add(count("count-" + i, i % MOST + 1, things, Chance.of(seed, 0, i)));
      questions.add(
          colour("colour-" + i, GROUNDS.get(i % GROUNDS.size()), things, Chance.of(seed, 1, i)));
      questions.add(left("left-" + i, things, Chance.of(seed, 2, i)));
    }
    return questions;
  }

  private static Question count(String key, int count, Things things, RandomGenerator chance) {
    Thing thing = things.draw(1, chance).getFirst();
    Scene scene = Layouts.quarters(Collections.nCopies(count, thing));
    return question(
        key, scene, "How many " + thing.many() + " are there?", Integer.toString(count), "count");
  }

  private static Question colour(
      String key, NamedColour ground, Things things, RandomGenerator chance) {
    Thing thing = things.draw(1, chance).getFirst();
    Scene scene = Layouts.on(ground.colour(), new Item(thing.icon(), 0.5, 0.5, 0.6));
    return question(
        key,
        scene,
        "What colour is the ground beneath the " + thing.name() + "?",
        ground.word(),
        "colour");
  }

  private static Question left(String key, Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Scene scene = Layouts.leftOf(two.getFirst(), two.getLast());
    return question(
        key,
        scene,
        "What is left of the " + two.getLast().name() + "?",
        two.getFirst().name(),
        "position");
  }

  private static Question question(
      String key, Scene scene, String asked, String answer, String name) {
    Picture picture = scene.picture(key);
    return new Question(
        key, picture, asked, Collections.nCopies(PEOPLE, answer), Map.of("case", name));
  }
}
