package io.vlm4j.eval.metric.answer;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.metric.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerMetricsTest {
  private static List<String> people(int same) {
    var people = new ArrayList<String>(Collections.nCopies(same, "red"));
    for (int i = same; i < 10; i++) {
      people.add("other " + i);
    }
    return people;
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,0.3", "2,0.6", "3,0.9", "4,1", "9,1", "10,1"})
  void vqaAccuracyIsTheMeanOverNineOfTenPeople(int same, double expected) {
    assertThat(VqaAccuracy.of("red", people(same))).isCloseTo(expected, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "The Red Car.|red car",
        "none|0",
        "Ten|10",
        "an apple and a pear|apple and pear",
        "dont know|don't know",
        "dont|don't",
        "Whats that?|what's that",
        "black/white|black white", // touches no space
        "black / white|black  white", // touches a space: deleted; then spaces are one
        "1,000|1000", // a number with a comma
        "3.5|3.5",
        "U.S.|us",
        "t-shirt|t shirt",
        "it's 5 o'clock|it's 5 o'clock",
      })
  void answersAreNormalisedAsOfficially(String answer, String expected) {
    assertThat(VqaAnswer.normalized(answer)).isEqualTo(expected.replace("  ", " "));
  }

  @Test
  void annotationsThatAreAllTheSameAreLeftAsTheyAre() {
    // The answer loses its full stop, the annotations keep theirs: nobody agrees.
    assertThat(VqaAccuracy.of("yes.", Collections.nCopies(10, "yes."))).isZero();
    var mixed = new ArrayList<>(Collections.nCopies(9, "yes."));
    mixed.add("no");
    assertThat(VqaAccuracy.of("yes.", mixed)).isEqualTo(1);
  }

  @Test
  void aokvqaCountsAllTenPeople() {
    Scores direct =
        AokvqaAccuracy.directAnswer(
            List.of("red", "red", "Red"), List.of(people(2), people(3), people(9)));
    Scores choice = AokvqaAccuracy.multipleChoice(List.of("cat", "dog"), List.of("cat", "cow"));

    assertThat(direct.each()).containsExactly(2 / 3.0, 1, 0);
    assertThat(choice.overall()).isEqualTo(0.5);
  }

  @Test
  void anlsIsTheNearestOfTheAcceptedAnswers() {
    Scores scores =
        Anls.of(
            List.of("abd", "abcd", "  HELLO  world ", "x", "cafe\u0301"),
            List.of(
                List.of("abc", "zzz"),
                List.of("wxyz"),
                List.of("hello world"),
                List.of("xy"),
                List.of("caf\u00e9")));

    assertThat(scores.of(0)).isCloseTo(1 - 1 / 3.0, within(1e-12));
    assertThat(scores.each()).containsExactly(1 - 1 / 3.0, 0, 1, 0, 1); // 1/2 is not below 0.5
  }

  @Test
  void numbersMayBeFivePercentOff() {
    assertThat(RelaxedAccuracy.isRight("105", "100")).isTrue();
    assertThat(RelaxedAccuracy.isRight("95", "100")).isTrue();
    assertThat(RelaxedAccuracy.isRight("105.1", "100")).isFalse();
    assertThat(RelaxedAccuracy.isRight("1.05", "1")).isTrue();
    assertThat(RelaxedAccuracy.isRight("-10", "10")).isFalse();
    assertThat(RelaxedAccuracy.isRight("12%", "0.12")).isTrue();
    assertThat(RelaxedAccuracy.isRight("12", "12%")).isFalse();
    assertThat(RelaxedAccuracy.isRight("0", "0")).isTrue();
    assertThat(RelaxedAccuracy.isRight("0.01", "0")).isFalse();
    assertThat(RelaxedAccuracy.isRight("Blue", "blue")).isTrue();
    assertThat(RelaxedAccuracy.isRight("bluish", "blue")).isFalse();
  }

  @Test
  void tokensCountAsAMultiset() {
    assertThat(TokenF1.f1("the cat cat", "a cat")).isCloseTo(2 * 0.5 * 1 / 1.5, within(1e-12));
    assertThat(TokenF1.f1("", "the")).isEqualTo(1);
    assertThat(TokenF1.f1("cat", "")).isZero();
    assertThat(
            TokenF1.exactMatch(List.of("The U.S.", "red"), List.of(List.of("us"), List.of("blue")))
                .overall())
        .isEqualTo(0.5);
    assertThat(TokenF1.f1(List.of("red bus"), List.of(List.of("red car", "bus"))).overall())
        .isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void visDialRanksCountFromOne() {
    float[][] scores = {{.1f, .9f, .5f}, {.3f, .2f, .1f}};

    List<Scores> ranks = DialogRanking.ranks(scores, new int[] {2, 0});

    assertThat(ranks)
        .extracting(Scores::name)
        .containsExactly("MRR", "R@1", "R@5", "R@10", "mean rank");
    assertThat(ranks).extracting(Scores::overall).containsExactly(0.75, 0.5, 1.0, 1.0, 1.5);
  }

  @Test
  void ndcgAsInNumPy() {
    float[][] scores = {{.9f, .1f, .8f, .7f, .3f, .2f}};
    float[][] relevances = {{0, .5f, 1, .2f, 0, .8f}};

    assertThat(DialogRanking.ndcg(scores, relevances).overall())
        .isCloseTo(0.39705472663867125, within(1e-7));
  }

  @Test
  void oneScoreForAllOptionsFindsNothing() {
    float[][] same = {new float[100], new float[100]};
    float[][] none = {new float[100], new float[100]};
    Arrays.fill(none[0], Float.NaN);
    Arrays.fill(none[1], Float.NaN);
    var relevances = new float[2][100];
    relevances[0][0] = 1;
    relevances[1][50] = .5f;

    for (float[][] scores : List.of(same, none)) {
      List<Scores> ranks = DialogRanking.ranks(scores, new int[] {0, 50});
      assertThat(ranks.get(3).overall()).isZero();
      assertThat(ranks.get(4).overall()).isEqualTo(100);
      assertThat(DialogRanking.ndcg(scores, relevances).overall()).isZero();
    }
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    assertRefused(() -> VqaAccuracy.of(List.of("a"), List.of()), "1 answers", "0 questions");
    assertRefused(() -> Anls.of(List.of("a"), List.of(List.of())), "ANLS", "accepted answers");
    assertRefused(
        () -> DialogRanking.ranks(new float[][] {{1, 2}}, new int[] {2}),
        "right option 2",
        "are 2");
    assertRefused(() -> TokenF1.f1(List.of(), List.of()), "token F1", "at least one sample");
  }
}
