package io.vlm4j.data.questions;

import io.vlm4j.data.Sample;
import io.vlm4j.data.lettering.NamedColour;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Whether one icon is left of, right of, above or below another. */
record Placing(Icons icons) implements Asker {
  private static final List<Relation> RELATIONS = List.of(Relation.values());

  @Override
  public int answers() {
    return RELATIONS.size();
  }

  @Override
  public Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name) {
    Sample first = icons.any(block);
    Sample second = icons.other(first, block);
    Relation relation = RELATIONS.get(answer);
    return new Asked(
        relation.scene(icons, first, second, NamedColour.WHITE, own).picture(name),
        "Is the %s left of, right of, above or below the %s?"
            .formatted(first.text(), second.text()),
        Stream.of(relation.word(), relation.words()).distinct().toList(),
        Arrays.stream(Relation.values()).map(Relation::word).toList());
  }
}
