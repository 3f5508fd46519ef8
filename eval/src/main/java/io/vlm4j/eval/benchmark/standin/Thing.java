package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;

/**
 * An icon of something that can be counted and put beside something else.
 *
 * @param name in words, such as {@code red apple}
 * @param style whose drawing it is
 * @param kind what it is like: Unicode's subgroup of emoji, such as {@code food-fruit}
 */
record Thing(String name, String style, String kind, Picture icon) {
  static Thing of(Sample sample) {
    return new Thing(
        sample.text(),
        sample.label(IconCorpus.STYLE),
        sample.label(IconCorpus.SUBGROUP),
        sample.picture());
  }

  /** {@code a cat}, {@code an apple}. */
  String one() {
    return ("aeiou".indexOf(name.charAt(0)) < 0 ? "a " : "an ") + name;
  }

  /** {@code cats}. */
  String many() {
    if (name.matches(".*([sxz]|ch|sh)")) {
      return name + "es";
    }
    return name.matches(".*[^aeiou]y") ? name.substring(0, name.length() - 1) + "ies" : name + "s";
  }
}
