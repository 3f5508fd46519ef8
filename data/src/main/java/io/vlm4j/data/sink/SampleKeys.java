package io.vlm4j.data.sink;

import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;

/** Names of samples as parts of files' names. */
final class SampleKeys {
  private SampleKeys() {}

  /**
   * The key as a path without dots in its last part, where WebDataset would cut it.
   *
   * @throws InputException if it is empty or leads out of the folder
   */
  static String member(Sample sample) {
    String key = sample.key().replace('\\', '/');
    if (key.isEmpty()
        || key.startsWith("/")
        || key.endsWith("/")
        || key.matches("(?s)(.*/)?\\.\\.?(/.*)?")
        || key.matches("(?s)[A-Za-z]:.*|.*[\\p{Cntrl}].*")) {
      throw new InputException(
          "%s: '%s' cannot name a file within the data set".formatted(sample.origin(), key));
    }
    int name = key.lastIndexOf('/') + 1;
    return key.substring(0, name) + key.substring(name).replace('.', '_');
  }
}
