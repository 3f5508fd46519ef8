package io.vlm4j.data.questions;

import io.vlm4j.data.Picture;
import io.vlm4j.data.lettering.TextPictures;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What is written: single words of a list, each once in a block.
 *
 * @param pictures makes the pictures
 * @param words the list
 */
record Reading(TextPictures pictures, List<String> words) implements Asker {
  @Override
  public int answers() {
    return words.size();
  }

  @Override
  public Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name) {
    String word = words.get(answer);
    Picture picture = pictures.of(word, own, name);
    return new Asked(picture, "What does the text say?", List.of(word), List.of());
  }
}
