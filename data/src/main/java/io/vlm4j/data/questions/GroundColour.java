package io.vlm4j.data.questions;

import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import java.util.List;
import java.util.random.RandomGenerator;

/** Which colour the ground beneath an icon is. */
record GroundColour(Icons icons) implements Asker {
  @Override
  public int answers() {
    return Icons.GROUNDS.size();
  }

  @Override
  public Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name) {
    NamedColour ground = Icons.GROUNDS.get(answer);
    double size = own.nextDouble(0.4, 0.7);
    var item =
        new Item(
            icons.any(own).picture(),
            own.nextDouble(size / 2, 1 - size / 2),
            own.nextDouble(size / 2, 1 - size / 2),
            size);
    return new Asked(
        icons.scene(ground, List.of(item)).picture(name),
        "Which colour is the background?",
        List.of(ground.word()),
        Icons.GROUNDS.stream().map(NamedColour::word).toList());
  }
}
