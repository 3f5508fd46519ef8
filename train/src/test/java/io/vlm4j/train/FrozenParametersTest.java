package io.vlm4j.train;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.OneThread;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneThread.class)
class FrozenParametersTest {
  private static final double ABOVE = 4.72; // of a trained SigLIP; the bound is ln 100 = 4.605

  private final Colours colours = new Colours();
  private Model model;

  @BeforeEach
  void create() {
    Engine.seed(3);
    model = colours.spec.create();
  }

  @Test
  void aModelHeldInInt8IsNotTrained() {
    var matrix = model.matrices().firstEntry();
    matrix.getValue().holdInt8(model.parameters().get(matrix.getKey()));
    assertRefused(
        () -> new GradientStep(model, Colours.config(Map.of()), new Device("cpu")), "int8", "f32");
  }

  @AfterEach
  void close() {
    model.close();
    colours.close();
  }

  @Test
  void whatIsFrozenStaysBitForBitAndHasNoState() {
    Map<String, float[]> before = weights();
    try (var step = step(ParameterRule.freeze("vision"));
        Batch batch = batch()) {
      step.run(batch, 1e-2);
      step.run(batch, 1e-2);

      assertThat(step.state().keySet())
          .noneMatch(name -> name.contains("vision."))
          .anyMatch(name -> name.equals("exp_avg.text.tokens.weight"))
          .anyMatch(name -> name.equals("average.text.tokens.weight"));
    }
    weights()
        .forEach((name, values) -> {
          if (name.startsWith("vision.")) {
            assertThat(values).as(name).isEqualTo(before.get(name));
          } else if (name.endsWith("weight")) {
            assertThat(values).as(name).isNotEqualTo(before.get(name));
          }
        });
  }

  @Test
  void aFrozenTowerHasNoGraphAndStaysInEvaluation() {
    try (var step = step(ParameterRule.freeze("vision"));
        Batch batch = batch();
        var _ = new Scope()) {
      model.setTraining(false);
      model.setTraining(true); // as after each validation
      Tensor pixels = batch.get(Batch.PIXELS);
      Tensor features = ((DualEncoder) model).imageFeatures(pixels);

      assertThat(features.requires_grad()).isFalse();
      // Patch dropout would drop others the second time.
      assertThat(Tensors.toFloats(((DualEncoder) model).imageFeatures(pixels)))
          .isEqualTo(Tensors.toFloats(features));
      assertThat(((DualEncoder) model).textFeatures(batch.get(Batch.TOKENS)).requires_grad())
          .isTrue();
      step.run(batch, 1e-3);
      model
          .parameters()
          .forEach((name, parameter) -> assertThat(parameter.grad().defined()).as(name).isFalse());
    }
  }

  @Test
  void aFactorOnTheRateScalesTheFirstStep() {
    // AdamW's first step has the size of the rate, whatever the gradient.
    Map<String, float[]> before = weights();
    try (var step = step(new ParameterRule("text.norm", 0.1, 1));
        Batch batch = batch()) {
      step.run(batch, 1e-2);
    }
    assertThat(largestMove(before, "text.norm.weight")).isBetween(0.9e-3, 1.01e-3);
    assertThat(largestMove(before, "vision.norm.weight")).isBetween(0.9e-2, 1.01e-2);
  }

  @Test
  void aLogitScaleAboveItsBoundDoesNotJumpAndMayNotRise() {
    try (var _ = new NoGrad()) {
      model.parameters().get("logitScale").fill_(new Scalar((float) ABOVE));
    }
    assertThat(model.remarks()).singleElement().asString().contains("112.2", "100.0");
    try (var step = step();
        Batch batch = batch()) {
      step.run(batch, 1e-4);
    }
    assertThat(Math.log(model.gauges().get("logit_scale"))).isBetween(ABOVE - 1.1e-4, ABOVE + 1e-6);
  }

  @Test
  void aStateOfOtherRulesIsRefused() {
    try (var step = step(new ParameterRule("vision", 0.5, 1));
        var same = step(new ParameterRule("vision", 0.5, 1));
        var other = step(new ParameterRule("vision", 0.25, 1));
        var none = step()) {
      same.load(step.state(), 1, "saved");
      for (GradientStep refusing : List.of(other, none)) {
        assertThatThrownBy(() -> refusing.load(step.state(), 1, "saved"))
            .isInstanceOf(InputException.class)
            .hasMessageMatching("saved does not fit: it was saved with .*other (rules|settings).*");
      }
    }
  }

  private GradientStep step(ParameterRule... rules) {
    return new GradientStep(
        model,
        Colours.config(Map.of("averageDecay", 0.9, "rules", List.of(rules))),
        new Device("cpu"));
  }

  private Batch batch() {
    var pixels = new float[4 * 3 * 16 * 16];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(i * 0.37);
    }
    return new Batch()
        .put(Batch.PIXELS, Tensors.of(pixels, 4, 3, 16, 16))
        .put(Batch.TOKENS, colours.tokenizer.encode(List.of("red", "green", "blue", "pink")));
  }

  private double largestMove(Map<String, float[]> before, String name) {
    float[] now = weights().get(name);
    double move = 0;
    for (int i = 0; i < now.length; i++) {
      move = Math.max(move, Math.abs(now[i] - before.get(name)[i]));
    }
    return move;
  }

  private Map<String, float[]> weights() {
    var weights = new TreeMap<String, float[]>();
    model.parameters().forEach((name, value) -> weights.put(name, Tensors.toFloats(value)));
    return weights;
  }
}
