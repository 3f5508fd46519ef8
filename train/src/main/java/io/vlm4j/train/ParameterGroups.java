package io.vlm4j.train;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedCollection;
import java.util.SequencedMap;

/** What layer decay and rules mean for each parameter of a model: the factors are multiplied. */
public final class ParameterGroups {
  private final SequencedMap<String, Factors> factors = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();

  /**
   * What a parameter's learning rate and weight decay are multiplied by.
   *
   * @param learningRate 0 for a frozen one
   */
  record Factors(double learningRate, double weightDecay) {
    static final Factors PLAIN = new Factors(1, 1);
  }

  private ParameterGroups() {}

  /** All parameters are trained alike. */
  static ParameterGroups alike(SequencedCollection<String> names) {
    return of(names, 1, List.of());
  }

  /**
   * Applies a configuration's layer decay and rules.
   *
   * @param names of all parameters, in the order of the model
   * @throws InputException if a rule matches nothing, or nothing is left to train
   */
  public static ParameterGroups of(SequencedCollection<String> names, TrainingConfig config) {
    return of(names, config.layerDecay(), config.rules());
  }

  private static ParameterGroups of(
      SequencedCollection<String> names, double layerDecay, List<ParameterRule> rules) {
    var groups = new ParameterGroups();
    LayerDecay.factors(names, layerDecay)
        .forEach((name, factor) -> groups.factors.put(name, new Factors(factor, 1)));
    if (layerDecay != 1) {
      LayerDecay.blocks(names)
          .forEach((tower, blocks) ->
              groups.lines.add(
                  String.format(
                      Locale.ROOT,
                      "%s: learning rate from x %.3g below its %d blocks to x 1 above",
                      tower,
                      Math.pow(layerDecay, blocks + 1.0),
                      blocks)));
    }
    rules.forEach(groups::apply);
    if (groups.factors.values().stream().noneMatch(factor -> factor.learningRate > 0)) {
      throw new InputException("every parameter is frozen: nothing is left to train");
    }
    return groups;
  }

  private void apply(ParameterRule rule) {
    int matched = 0;
    for (Map.Entry<String, Factors> entry : factors.entrySet()) {
      if (rule.matches(entry.getKey())) {
        Factors before = entry.getValue();
        entry.setValue(
            new Factors(
                before.learningRate * rule.learningRate(),
                before.weightDecay * rule.weightDecay()));
        matched++;
      }
    }
    if (matched == 0) {
      throw new InputException(
          "the rule '%s' matches no parameter: names are such as %s and %s"
              .formatted(
                  rule.pattern(), factors.firstEntry().getKey(), factors.lastEntry().getKey()));
    }
    lines.add(
        "%s: %d %s, %s"
            .formatted(
                rule.pattern(), matched, matched == 1 ? "parameter" : "parameters", effect(rule)));
  }

  private static String effect(ParameterRule rule) {
    if (rule.learningRate() == 0) {
      return "frozen";
    }
    return String.format(
        Locale.ROOT,
        "learning rate x %s, weight decay x %s",
        rule.learningRate(),
        rule.weightDecay());
  }

  /** What each rule matched and does, a line each. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Whether the parameter of that name stays as it is. */
  public boolean isFrozen(String name) {
    return factors(name).learningRate == 0;
  }

  Factors factors(String name) {
    return Objects.requireNonNull(factors.get(name), name);
  }
}
