package io.vlm4j.model.generative;

import static io.vlm4j.testing.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Strategy;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Four pairs learned by heart, in both directions at once. */
class ChameleonLearningTest {
  private static final int PAIRS = 4;
  private static final int STEPS = 160;
  private static final long[][] WORDS = {{5, 6}, {7}, {8, 9, 10}, {6, 5}};

  @ParameterizedTest
  @CsvSource({"BEFORE, false, false", "BEHIND, true, true"})
  void oneModelDescribesDrawsAndRecognises(String norms, boolean answersOnly, boolean balanced) {
    Random random = Randomness.ofTest();
    Engine.seed(1);
    String objective =
        "{pictureFirst: 0.5, zWeight: 1e-5, answersOnly: %s, balanced: %s}"
            .formatted(answersOnly, balanced);
    try (var model = TinyChameleons.random(random, TinyChameleons.spec(norms, objective));
        var _ = new Scope();
        var batch = new Batch()) {
      Tensor pixels = pictures();
      Tensor texts = TinyChameleons.texts(WORDS);
      Set<List<Long>> blocks = new HashSet<>();
      for (int i = 0; i < PAIRS; i++) {
        Tensor block = model.pictureTokens(Tensors.slice(pixels, 0, i, i + 1));
        blocks.add(Arrays.stream(Tensors.toLongs(block)).boxed().toList());
      }
      assertThat(blocks).as("different pictures").hasSize(PAIRS);
      batch.put(Batch.PIXELS, pixels).put(Batch.TOKENS, texts);
      model.setTraining(true);
      var adam = new Adam(model.parameters());
      for (int step = 0; step < STEPS; step++) {
        try (var _ = new Scope()) {
          model.losses(batch).values().stream().reduce(Tensor::add).orElseThrow().backward();
          adam.step();
        }
      }
      assertThat(model.gauges().keySet())
          .containsExactlyInAnyOrder("output_norm", "word_cross_entropy", "picture_cross_entropy");
      model.setTraining(false);
      try (var _ = new NoGrad();
          Decoder decoder = model.captions(pixels)) {
        long[] start = {TinyChameleons.START};
        var captions =
            Generator.generate(
                decoder,
                new long[][] {start, start, start, start},
                TinyChameleons.END,
                Generation.greedy(7));
        for (int i = 0; i < PAIRS; i++) {
          assertThat(captions.get(i).getFirst().tokens()).isEqualTo(WORDS[i]);
        }
        Tensor block = model.pictureTokens(pixels);
        Tensor codes = Tensors.slice(block, 1, 1, block.size(1) - 1).contiguous();
        Tensor drawn = model.draw(texts, Strategy.GREEDY);
        assertThat(distance(drawn, model.picturesOf(codes))).isLessThan(1e-5);
        float[][] likelihoods = Tensors.toRows(model.imageLogLikelihoods(pixels, texts));
        for (int i = 0; i < PAIRS; i++) {
          float right = likelihoods[i][i];
          for (int c = 0; c < PAIRS; c++) {
            assertThat(likelihoods[i][c]).isLessThanOrEqualTo(right);
          }
        }
      }
    }
  }

  /** Black but for a white quarter, another one each. */
  private static Tensor pictures() {
    Tensor pixels = torch.full(new long[] {PAIRS, 3, 8, 8}, new Scalar(-1f));
    for (int i = 0; i < PAIRS; i++) {
      Tensor rows = Tensors.slice(pixels.select(0, i), 1, i / 2 * 4, i / 2 * 4 + 4);
      Tensors.slice(rows, 2, i % 2 * 4, i % 2 * 4 + 4).fill_(new Scalar(1f));
    }
    return pixels;
  }

  /** Adam (1412.6980) in few words. */
  private static final class Adam {
    private final Map<String, Tensor> parameters;
    private final Map<String, List<Tensor>> moments = new LinkedHashMap<>();
    private int steps;

    Adam(Map<String, Tensor> parameters) {
      this.parameters = parameters;
      parameters.forEach(
          (name, tensor) -> moments.put(name, List.of(zeros(tensor), zeros(tensor))));
    }

    private static Tensor zeros(Tensor like) {
      return torch.zeros_like(like.detach());
    }

    void step() {
      steps++;
      try (var _ = new NoGrad()) {
        parameters.forEach((name, tensor) -> {
          Tensor first = moments.get(name).get(0);
          Tensor second = moments.get(name).get(1);
          first.mul_(new Scalar(0.9f)).add_(tensor.grad(), new Scalar(0.1f));
          second.mul_(new Scalar(0.99f)).add_(tensor.grad().square(), new Scalar(0.01f));
          Tensor spread =
              second.div(new Scalar(1 - Math.pow(0.99, steps))).sqrt().add(new Scalar(1e-8));
          Tensor direction = first.div(new Scalar(1 - Math.pow(0.9, steps))).div(spread);
          tensor.sub_(direction, new Scalar(0.02f));
          tensor.grad().zero_();
        });
      }
    }
  }
}
