package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Scores;
import java.util.List;
import java.util.function.Predicate;

/**
 * Winoground's scores (arXiv 2204.03162): two captions of the same words and two pictures, each of
 * which one caption fits. Chance is 1/4, 1/4 and 1/6 for scores without ties; a tie is a failure,
 * so a model that gives everything the same has 0.
 *
 * <p>Scores of generative models must be comparable between pictures for the image score. Also the
 * rule of EqBen (arXiv 2303.14465).
 */
public final class Winoground {
  private Winoground() {}

  /**
   * How well captions fit pictures.
   *
   * @param caption0Image0 of the first caption and the first picture, which belong together
   * @param caption1Image1 of the second of each, which belong together
   */
  public record Item(
      double caption0Image0, double caption0Image1, double caption1Image0, double caption1Image1) {
    /** Whether for each picture its caption scores higher. */
    public boolean textIsRight() {
      return caption0Image0 > caption1Image0 && caption1Image1 > caption0Image1;
    }

    /** Whether for each caption its picture scores higher. */
    public boolean imageIsRight() {
      return caption0Image0 > caption0Image1 && caption1Image1 > caption1Image0;
    }

    /** Both. */
    public boolean groupIsRight() {
      return textIsRight() && imageIsRight();
    }
  }

  /** The text score, the image score and the group score. */
  public static List<Scores> of(List<Item> items) {
    return List.of(
        share("text", items, Item::textIsRight),
        share("image", items, Item::imageIsRight),
        share("group", items, Item::groupIsRight));
  }

  private static Scores share(String name, List<Item> items, Predicate<Item> isRight) {
    return Scores.mean(
        name, items.stream().mapToDouble(item -> isRight.test(item) ? 1 : 0).toArray());
  }
}
