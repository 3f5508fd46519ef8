package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import io.vlm4j.eval.benchmark.ClipQuestion;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Pairs of clips with the same frames in two orders, and a question to which each has the other
 * answer: so who does not look, and who looks at frames without their order, is right in half of
 * them to the last question.
 */
final class TemporalQuestions {
  /** Of each clip. */
  static final int FRAMES = 4;

  private static final double SIZE = 0.36;
  private static final double[] STEPS = {0.2, 0.4, 0.6, 0.8};
  private static final int[] FORWARDS = {0, 1, 2, 3};
  private static final int[] BACKWARDS = {3, 2, 1, 0};

  private static final Picture SQUARE =
      Layouts.on(NamedColour.BLUE.colour()).picture("a blue square");

  private final List<ClipQuestion> questions = new ArrayList<>();

  private TemporalQuestions() {}

  /**
   * Questions.
   *
   * @param each how many pairs of each kind
   */
  static List<ClipQuestion> of(Things things, int each, long seed) {
    var made = new TemporalQuestions();
    for (int i = 0; i < each; i++) {
      made.movement("movement-" + i, things, Chance.of(seed, 0, i));
      made.sequence("sequence-" + i, things, Chance.of(seed, 1, i));
      made.vanishing("vanishing-" + i, things, Chance.of(seed, 2, i));
      made.occlusion("occlusion-" + i, things, Chance.of(seed, 3, i));
    }
    return made.questions;
  }

  private void movement(String unit, Things things, RandomGenerator chance) {
    Thing thing = things.draw(1, chance).getFirst();
    boolean isAcross = chance.nextBoolean();
    var frames = new ArrayList<Picture>();
    for (double step : STEPS) {
      Item item =
          isAcross
              ? new Item(thing.icon(), step, 0.5, SIZE)
              : new Item(thing.icon(), 0.5, step, SIZE);
      frames.add(frame(unit, frames.size(), item));
    }
    List<String> words = isAcross ? List.of("to the right", "to the left") : List.of("down", "up");
    add(
        unit,
        thing,
        frames,
        FORWARDS,
        BACKWARDS,
        "Does the " + thing.name() + " move %s or %s?",
        words,
        words.stream().map(way -> thing.one() + " moves " + way).toList(),
        chance);
  }

  private void sequence(String unit, Things things, RandomGenerator chance) {
    List<Thing> two = things.draw(2, chance);
    Thing a = two.getFirst();
    Thing b = two.getLast();
    List<Picture> frames =
        List.of(
            frame(unit, 0, new Item(a.icon(), 0.3, 0.5, SIZE)),
            frame(unit, 1, new Item(a.icon(), 0.7, 0.5, SIZE)),
            frame(unit, 2, new Item(b.icon(), 0.3, 0.5, SIZE)),
            frame(unit, 3, new Item(b.icon(), 0.7, 0.5, SIZE)));
    add(
        unit,
        a,
        frames,
        FORWARDS,
        new int[] {2, 3, 0, 1},
        "Which comes first, %s or %s?",
        List.of(a.name(), b.name()),
        List.of(a.one() + " and then " + b.one(), b.one() + " and then " + a.one()),
        chance);
  }

  private void vanishing(String unit, Things things, RandomGenerator chance) {
    Thing thing = things.draw(1, chance).getFirst();
    Picture there = frame(unit, 0, new Item(thing.icon(), 0.5, 0.5, SIZE));
    Picture gone = frame(unit, 1);
    add(
        unit,
        thing,
        List.of(there, there, gone, gone),
        FORWARDS,
        BACKWARDS,
        "Does the " + thing.name() + " %s or %s?",
        List.of("vanish", "appear"),
        List.of(thing.one() + " vanishes", thing.one() + " appears"),
        chance);
  }

  /** A square comes before the thing; when it is gone, the thing is there again, or is not. */
  private void occlusion(String unit, Things things, RandomGenerator chance) {
    Thing thing = things.draw(1, chance).getFirst();
    Picture there = frame(unit, 0, new Item(thing.icon(), 0.5, 0.5, SIZE));
    Picture hidden = frame(unit, 1, new Item(SQUARE, 0.5, 0.5, 1.2 * SIZE));
    Picture gone = frame(unit, 2);
    add(
        unit,
        thing,
        List.of(there, hidden, there, gone),
        FORWARDS,
        new int[] {0, 2, 1, 3},
        "Right after the square, is the " + thing.name() + " there: %s or %s?",
        List.of("yes", "no"),
        List.of(thing.one() + " is still there", thing.one() + " is gone"),
        chance);
  }

  private static Picture frame(String unit, int number, Item... items) {
    return Layouts.on(Color.WHITE, items).picture(unit + "/" + number);
  }

  private void add(
      String unit,
      Thing thing,
      List<Picture> frames,
      int[] order,
      int[] other,
      String question,
      List<String> choices,
      List<String> statements,
      RandomGenerator chance) {
    boolean isSwapped = chance.nextBoolean(); // the same in both clips
    List<String> offered = isSwapped ? choices.reversed() : choices;
    String asked = question.formatted(offered.getFirst(), offered.getLast());
    String kind = unit.substring(0, unit.indexOf('-'));
    for (int clip = 0; clip < 2; clip++) {
      var ordered = new ArrayList<Picture>();
      for (int place : clip == 0 ? order : other) {
        ordered.add(frames.get(place));
      }
      questions.add(
          new ClipQuestion(
              unit + "/" + clip,
              unit,
              ordered,
              asked,
              List.of(choices.get(clip)),
              choices,
              clip,
              statements,
              Map.of("case", kind, "style", thing.style())));
    }
  }
}
