package io.vlm4j.train;

import io.vlm4j.io.InputException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How some of a model's parameters are trained otherwise than the rest.
 *
 * @param pattern the dotted name of a parameter or of a module, of which all below it are meant;
 *     {@code *} stands for any letters, dots too: {@code vision}, {@code *.norm1.weight}
 * @param learningRate factor on their learning rate; 0 freezes them
 * @param weightDecay factor on their weight decay
 */
public record ParameterRule(String pattern, double learningRate, double weightDecay) {
  /** Checks the numbers. */
  public ParameterRule {
    if (pattern.isBlank()) {
      throw new InputException(
          "a rule's pattern is empty: expected a name such as vision.blocks.0");
    }
    requireFactor(pattern, "learningRate", learningRate);
    requireFactor(pattern, "weightDecay", weightDecay);
  }

  private static void requireFactor(String pattern, String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new InputException(
          "the %s of the rule '%s' must be a factor of at least 0, not %s"
              .formatted(name, pattern, value));
    }
  }

  /** Keeps what matches as it is. */
  public static ParameterRule freeze(String pattern) {
    return new ParameterRule(pattern, 0, 1);
  }

  /** Whether the parameter of that name is meant. */
  boolean matches(String parameter) {
    String name =
        Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return parameter.matches(name + "(\\..*)?");
  }
}
