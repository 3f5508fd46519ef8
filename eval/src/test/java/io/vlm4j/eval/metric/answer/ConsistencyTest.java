package io.vlm4j.eval.metric.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.eval.metric.answer.Consistency.Asked;
import io.vlm4j.eval.metric.answer.Consistency.Question;
import io.vlm4j.io.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsistencyTest {
  private static final List<Question> QUESTIONS =
      List.of(
          new Question("is there a car?", "yes"),
          new Question("is the car red?", "yes", List.of(0)),
          new Question("how many wheels does the red car have?", "four", List.of(1)),
          new Question("is there a dog?", "yes"));

  @Test
  void withoutItsParentsARightAnswerCountsForTifaAlone() {
    var seen = new Asked(QUESTIONS, List.of("No.", "yes", "4", "Yes"));

    assertThat(Consistency.tifa(List.of(seen)).overall()).isEqualTo(3 / 4.0);
    assertThat(Consistency.dsg(List.of(seen)).overall()).as("the dog alone").isEqualTo(1 / 4.0);
  }

  @Test
  void aWrongAncestorCountsThroughARightParent() {
    var seen = new Asked(QUESTIONS, List.of("yes", "no", "four", "no"));

    assertThat(Consistency.dsg(List.of(seen)).of(0)).isEqualTo(1 / 4.0);
  }

  @Test
  void theScoreOfAllIsTheMeanOverPicturesHoweverManyQuestionsEachHas() {
    var all = new Asked(QUESTIONS, List.of("yes", "yes", "four", "yes"));
    var none = new Asked(List.of(new Question("is there a cat?", "yes")), List.of("no"));

    assertThat(Consistency.tifa(List.of(all, none)).overall()).isEqualTo(0.5);
    assertThat(Consistency.dsg(List.of(all, none)).overall()).isEqualTo(0.5);
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() {
    assertThatThrownBy(() -> new Asked(QUESTIONS, List.of("yes")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("1 answers to 4 questions");
    assertThatThrownBy(
            () -> new Asked(List.of(new Question("red?", "yes", List.of(0))), List.of("yes")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("question 0, 'red?'");
  }
}
