package io.vlm4j.eval.benchmark;

/**
 * What is asked and how answers are scored. Results of two versions are not comparable.
 *
 * @param name of the family of rules, such as {@code winoground}
 * @param version counts up when a change of the rules, or of what a stand-in draws, may change a
 *     score
 * @param rules in a sentence or two, with the paper
 */
public record Protocol(String name, int version, String rules) {
  /** {@code winoground/1}. */
  public String id() {
    return name + "/" + version;
  }
}
