package io.vlm4j.data.questions;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.Scene;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import java.util.List;
import java.util.random.RandomGenerator;

/** How one thing lies to another, as seen in the picture. */
enum Relation {
  LEFT("left of", -1, 0),
  RIGHT("right of", 1, 0),
  ABOVE("above", 0, -1),
  BELOW("below", 0, 1);

  private static final double DISTANCE = 0.25; // of either from the middle

  private final String words;
  private final int across;
  private final int down;

  Relation(String words, int across, int down) {
    this.words = words;
    this.across = across;
    this.down = down;
  }

  /** What stands between the two names. */
  String words() {
    return words;
  }

  /** The word alone: {@code left} of {@code left of}. */
  String word() {
    return words.split(" ", -1)[0];
  }

  /** A picture in which the first thing lies so to the second. */
  Scene scene(Icons icons, Sample first, Sample second, NamedColour ground, RandomGenerator own) {
    return icons.scene(ground, List.of(item(first, 1, own), item(second, -1, own)));
  }

  private Item item(Sample icon, int way, RandomGenerator own) {
    double jitter = 0.04;
    return new Item(
        icon.picture(),
        0.5 + way * across * DISTANCE + jitter * own.nextDouble(-1, 1),
        0.5 + way * down * DISTANCE + jitter * own.nextDouble(-1, 1),
        own.nextDouble(0.36, 0.42));
  }
}
