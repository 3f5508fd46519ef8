package io.vlm4j.eval.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.eval.benchmark.Examinee.Group;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.Json;
import io.vlm4j.model.AnswerLikelihood;
import io.vlm4j.model.Answerer;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class ModelExamineeTest {
  /** Says yes with a logarithm that tells the picture's width and the words' number. */
  private static final class Sure implements Answerer, AnswerLikelihood {
    private final List<String> asked = new ArrayList<>();

    @Override
    public List<String> answers(List<Pixels> pictures, List<String> questions) {
      return questions;
    }

    @Override
    public double[] answerLogLikelihoods(
        List<Pixels> pictures, List<String> questions, List<String> answers) {
      assertThat(answers).hasSameSizeAs(pictures).containsOnly("Yes");
      asked.addAll(questions);
      var logs = new double[pictures.size()];
      for (int i = 0; i < logs.length; i++) {
        logs[i] = -100.0 * pictures.get(i).width() - questions.get(i).split(" ").length;
      }
      return logs;
    }
  }

  private static Pretrained model(String yaml) {
    var pairs = BytePairs.learn(List.of("a red dog", "a cat"), 540);
    ModelSpec<?> spec =
        ModelSpec.parse(Json.fromYaml(yaml, ObjectNode.class, "test"), "test")
            .withVocabulary(pairs.vocabulary().size());
    return new Pretrained(
        spec,
        spec.create(),
        Tokenizer.of(pairs, spec.tokenizerRules()),
        spec.preprocessing(),
        new Device("cpu"));
  }

  private static Pixels picture(int width) {
    return Pictures.plain(width, 8, 0x204060);
  }

  @Test
  void whoOnlyAnswersFitsTextsToPicturesByHowSurelyItSaysYes() {
    var sure = new Sure();
    try (Pretrained model = model(TinyModels.LLAVA)) {
      var examinee = new ModelExaminee("tiny", model, sure);
      assertThat(examinee.abilities()).containsExactlyInAnyOrder(Ability.ANSWER, Ability.COMPARE);

      var fits =
          examinee.fits(
              List.of(
                  new Group(List.of(picture(10)), List.of("dog", "red dog", "big red dog")),
                  new Group(List.of(picture(20), picture(30)), List.of("cat", "one cat"))));

      assertThat(fits).hasSize(2); // the question about a text of one word has ten
      assertThat(fits.get(0)).isDeepEqualTo(new double[][] {{-1010, -1011, -1012}});
      assertThat(fits.get(1)).isDeepEqualTo(new double[][] {{-2010, -2011}, {-3010, -3011}});
      assertThat(sure.asked)
          .hasSize(7)
          .startsWith("Does this figure show \"dog\"? Please answer yes or no.");
    }
  }

  @Test
  void whoEmbedsIsJudgedByVectorsThoughItAnswersToo() {
    var sure = new Sure();
    try (Pretrained model = model(TinyModels.CLIP)) {
      var examinee = new ModelExaminee("tiny", model, sure);
      assertThat(examinee.abilities()).contains(Ability.EMBED, Ability.COMPARE);

      var fits = examinee.fits(List.of(new Group(List.of(picture(10)), List.of("a cat", "a dog"))));

      assertThat(fits.getFirst()).hasDimensions(1, 2);
      assertThat(fits.getFirst()[0][0]).isBetween(-1.0, 1.0).isNotEqualTo(fits.getFirst()[0][1]);
      assertThat(sure.asked).isEmpty();
    }
  }
}
