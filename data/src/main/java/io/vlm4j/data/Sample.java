package io.vlm4j.data;

import io.vlm4j.image.Pixels;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A picture and what is said of it.
 *
 * @param key names the sample and where it comes from, for messages
 * @param picture decodes the picture, each time it is asked; throws {@link
 *     io.vlm4j.io.InputException} if it cannot
 * @param texts captions, the principal one first; at least one
 * @param labels whatever else is known, by name
 */
public record Sample(
    String key, Supplier<Pixels> picture, List<String> texts, Map<String, String> labels) {
  /** Checks that there is a text. */
  public Sample {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException(key + " has no text");
    }
    texts = List.copyOf(texts);
    labels = Map.copyOf(labels);
  }

  /** The principal text. */
  public String text() {
    return texts.getFirst();
  }
}
