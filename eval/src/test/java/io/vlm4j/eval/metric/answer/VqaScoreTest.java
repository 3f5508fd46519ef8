package io.vlm4j.eval.metric.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Pixels;
import io.vlm4j.model.AnswerLikelihood;
import io.vlm4j.testing.Pictures;
import java.util.List;
import org.junit.jupiter.api.Test;

class VqaScoreTest {
  @Test
  void theScoreIsTheProbabilityOfYesToTheQuestionAboutTheText() {
    List<Pixels> pictures = List.of(Pictures.plain(2, 2, 0), Pictures.plain(2, 2, 255));
    AnswerLikelihood who =
        (shown, questions, answers) -> {
          assertThat(shown).isEqualTo(pictures);
          assertThat(questions)
              .containsExactly(
                  "Does this figure show \"a cat\"? Please answer yes or no.",
                  "Does this figure show \"{} {}\"? Please answer yes or no.");
          assertThat(answers).containsExactly("Yes", "Yes");
          return new double[] {Math.log(0.75), -1000};
        };

    double[] scores = VqaScore.of(who, pictures, List.of("a cat", "{} {}"));

    assertThat(scores[0]).isCloseTo(0.75, within(1e-12));
    assertThat(scores[1]).isZero();
    assertThat(VqaScore.logarithms(who, pictures, List.of("a cat", "{} {}"))[1]).isEqualTo(-1000);
  }
}
