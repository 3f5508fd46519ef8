package io.vlm4j.data.questions;

import io.vlm4j.data.Sample;
import io.vlm4j.data.lettering.NamedColour;
import java.util.List;
import java.util.random.RandomGenerator;

/** What there is to say of two icons on a ground; of a block, every relation once. */
record Describing(Icons icons) implements Asker {
  private static final List<Relation> RELATIONS = List.of(Relation.values());
  private static final List<String> REQUESTS =
      List.of("Describe the picture.", "What do you see?", "Write a caption for this picture.");

  @Override
  public int answers() {
    return RELATIONS.size();
  }

  @Override
  public Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name) {
    Sample first = icons.any(own);
    Sample second = icons.other(first, own);
    NamedColour ground = Icons.any(Icons.GROUNDS, own);
    Relation relation = RELATIONS.get(answer);
    String caption =
        "%s %s %s on %s background"
            .formatted(first.text(), relation.words(), second.text(), ground.withArticle());
    return new Asked(
        relation.scene(icons, first, second, ground, own).picture(name),
        Icons.any(REQUESTS, block),
        List.of(caption),
        List.of());
  }
}
