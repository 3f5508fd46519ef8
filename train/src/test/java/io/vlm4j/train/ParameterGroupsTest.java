package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterGroupsTest {
  /** Of a tower of two blocks, in the order of a model. */
  private static final List<String> NAMES =
      List.of(
          "logitScale",
          "vision.positions",
          "vision.patches.weight",
          "vision.blocks.0.norm1.weight",
          "vision.blocks.1.norm1.weight",
          "vision.norm.weight",
          "vision.projection.weight",
          "text.tokens.weight");

  @ParameterizedTest
  @CsvSource({
    "logitScale, 1",
    "vision.positions, 0.125",
    "vision.patches.weight, 0.125",
    "vision.blocks.0.norm1.weight, 0.25",
    "vision.blocks.1.norm1.weight, 0.5",
    "vision.norm.weight, 1",
    "vision.projection.weight, 1",
    "text.tokens.weight, 1"
  })
  void theRateHalvesWithEachLayerTowardsTheInput(String name, double factor) {
    assertThat(groups(0.5).factors(name).learningRate()).isEqualTo(factor);
  }

  @Test
  void twelveBlocksAtThreeQuartersLeaveTheInputTwoPercentOfTheRate() {
    var names = List.of("vision.positions", "vision.blocks.11.norm1.weight", "vision.norm.weight");

    assertThat(LayerDecay.factors(names, 0.75).get("vision.positions"))
        .isCloseTo(0.02375726, within(1e-8)); // 0.75^13
  }

  @Test
  void factorsOfAllRulesThatMatchAreMultiplied() {
    var groups =
        groups(
            0.5,
            new ParameterRule("vision", 4, 1),
            new ParameterRule("*.norm1.*", 0.1, 0.5),
            ParameterRule.freeze("vision.patches"));

    assertThat(groups.factors("vision.blocks.0.norm1.weight").learningRate())
        .isCloseTo(0.25 * 4 * 0.1, within(1e-12));
    assertThat(groups.factors("vision.blocks.0.norm1.weight").weightDecay()).isEqualTo(0.5);
    assertThat(groups.isFrozen("vision.patches.weight")).isTrue();
    assertThat(groups.isFrozen("vision.positions")).isFalse();
    assertThat(groups.lines())
        .containsExactly(
            "vision: learning rate from x 0.125 below its 2 blocks to x 1 above",
            "vision: 6 parameters, learning rate x 4.0, weight decay x 1.0",
            "*.norm1.*: 2 parameters, learning rate x 0.1, weight decay x 0.5",
            "vision.patches: 1 parameter, frozen");
  }

  @Test
  void aNameMeansAllBelowItAndNoLongerName() {
    var rule = ParameterRule.freeze("vision.blocks.1");

    assertThat(rule.matches("vision.blocks.1.norm1.weight")).isTrue();
    assertThat(rule.matches("vision.blocks.1")).isTrue();
    assertThat(rule.matches("vision.blocks.10.norm1.weight")).isFalse();
    assertThat(ParameterRule.freeze("vision.p*t").matches("visionXpatches")).isFalse();
  }

  @Test
  void aRuleThatMatchesNothingIsRefusedWithNamesThatThereAre() {
    assertThatThrownBy(() -> groups(1, ParameterRule.freeze("visual")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "the rule 'visual' matches no parameter: names are such as logitScale and"
                + " text.tokens.weight");
  }

  @Test
  void aModelThatIsFrozenAsAWholeIsRefused() {
    assertThatThrownBy(() -> groups(1, ParameterRule.freeze("*")))
        .isInstanceOf(InputException.class)
        .hasMessage("every parameter is frozen: nothing is left to train");
  }

  @ParameterizedTest
  @CsvSource({"'', 1, 1", "vision, -1, 1", "vision, NaN, 1", "vision, 1, -0.5"})
  void anImpossibleRuleIsRefused(String pattern, double rate, double decay) {
    assertThatThrownBy(() -> new ParameterRule(pattern, rate, decay))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("rule");
  }

  private static ParameterGroups groups(double layerDecay, ParameterRule... rules) {
    return ParameterGroups.of(
        NAMES, Colours.config(Map.of("layerDecay", layerDecay, "rules", List.of(rules))));
  }
}
