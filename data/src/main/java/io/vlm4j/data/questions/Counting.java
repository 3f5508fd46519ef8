package io.vlm4j.data.questions;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.data.lettering.NamedColour;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** How many there are of one icon, among up to two others of another kind. */
record Counting(Icons icons) implements Asker {
  private static final List<String> NUMBERS = List.of("one", "two", "three", "four", "five");
  private static final int CELLS = 3; // a side
  private static final int MOST_OTHERS = 2;

  @Override
  public int answers() {
    return NUMBERS.size();
  }

  @Override
  public Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name) {
    Sample counted = icons.any(block);
    Sample other = icons.other(counted, own);
    var drawn = new ArrayList<>(Collections.nCopies(answer + 1, counted));
    drawn.addAll(Collections.nCopies(own.nextInt(MOST_OTHERS + 1), other));
    var cells = new ArrayList<Integer>();
    for (int cell = 0; cell < CELLS * CELLS; cell++) {
      cells.add(cell);
    }
    Collections.shuffle(cells, Random.from(own));
    var items = new ArrayList<Item>();
    for (int i = 0; i < drawn.size(); i++) {
      items.add(item(drawn.get(i), cells.get(i), own));
    }
    return new Asked(
        icons.scene(NamedColour.WHITE, items).picture(name),
        "How many of these are there: %s?".formatted(counted.text()),
        List.of(NUMBERS.get(answer), Integer.toString(answer + 1)),
        NUMBERS);
  }

  /** In a cell of a grid, so that none covers another, but not quite in its middle. */
  private static Item item(Sample icon, int cell, RandomGenerator own) {
    double size = own.nextDouble(0.24, 0.3);
    double room = (1.0 / CELLS - size) / 2;
    return new Item(
        icon.picture(),
        (cell % CELLS + 0.5) / CELLS + room * own.nextDouble(-1, 1),
        (cell / CELLS + 0.5) / CELLS + room * own.nextDouble(-1, 1),
        size);
  }
}
