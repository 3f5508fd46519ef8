package io.vlm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Pixels;
import io.vlm4j.io.Json;
import io.vlm4j.model.generative.Coca;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import io.vlm4j.text.TokenizerRules;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class TextLikelihoodTest {
  @Test
  void aTextsProbabilityIsThatOfItsTokensInTurn() {
    try (Pretrained model = coca()) {
      List<Pixels> pictures = List.of(Pictures.noise(16, 16, 1), Pictures.noise(16, 16, 2));
      List<String> texts = List.of("red", "blue blue green");
      double[] both = model.logLikelihoods(pictures, texts);
      for (int i = 0; i < 2; i++) {
        assertThat(both[i]).isCloseTo(byTokens(model, pictures.get(i), texts.get(i)), within(1e-4));
      }
    }
  }

  /** From the logits of the whole text, one probability after the other. */
  private static double byTokens(Pretrained model, Pixels picture, String text) {
    long[] ids = model.tokenizer().encode(text);
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor pixels =
          model.preprocessing().toTensor(List.of(model.preprocessing().square(picture)));
      Tensor tokens = model.tokenizer().encode(List.of(text));
      Tensor logits = ((Coca) model.model()).captionLogits(pixels, tokens).select(0, 0); // [L, V]
      double sum = 0;
      for (int t = 1; t < ids.length; t++) {
        float[] row = Tensors.toFloats(logits.select(0, t - 1));
        double all = 0;
        for (float logit : row) {
          all += Math.exp(logit);
        }
        sum += row[(int) ids[t]] - Math.log(all);
      }
      return sum;
    }
  }

  private static Pretrained coca() {
    var tokenizer =
        Tokenizer.of(
            BytePairs.learn(List.of("red", "blue", "green"), 560), TokenizerRules.openClip(8));
    ModelSpec<?> spec =
        ModelSpec.parse(Json.fromYaml(TinyModels.COCA, ObjectNode.class, "tiny"), "tiny")
            .withVocabulary(tokenizer.vocabularySize());
    return new Pretrained(spec, spec.create(), tokenizer, spec.preprocessing(), new Device("cpu"));
  }
}
