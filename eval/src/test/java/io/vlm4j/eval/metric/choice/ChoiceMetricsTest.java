package io.vlm4j.eval.metric.choice;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.metric.Scores;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChoiceMetricsTest {
  @Test
  void theRightClassMustBeAmongTheFirst() {
    float[][] scores = {{.5f, .3f, .2f}, {.5f, .3f, .2f}, {.5f, .3f, .2f}};
    int[] truths = {0, 1, 2};

    assertThat(Classification.topK(scores, truths, 1).each()).containsExactly(1, 0, 0);
    assertThat(Classification.topK(scores, truths, 2).overall()).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void eachClassCountsTheSameHoweverManyPicturesItHas() {
    float[][] scores = {{1, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 0, 0}};
    int[] truths = {0, 0, 0, 1}; // 2 of 3, 0 of 1; the third class has none

    assertThat(Classification.meanPerClass(scores, truths).overall())
        .isCloseTo((2 / 3.0 + 0) / 2, within(1e-12));
  }

  @Test
  void aModelThatGivesAllTheSameIsNeverRight() {
    float[][] zeros = new float[4][5];
    float[][] nothing = new float[4][5];
    for (float[] row : nothing) {
      Arrays.fill(row, Float.NaN);
    }
    for (float[][] scores : List.of(zeros, nothing)) {
      assertThat(Classification.topK(scores, new int[] {0, 1, 2, 3}, 1).overall()).isZero();
      assertThat(Classification.topK(scores, new int[] {0, 1, 2, 3}, 4).overall()).isZero();
      boolean[][] right = new boolean[4][5];
      right[0][0] = right[1][1] = right[2][2] = right[3][4] = true;
      assertThat(Ranking.recallAt(4, scores, right).overall()).isZero();
      assertThat(Ranking.meanAveragePrecision(scores, right).overall()).isEqualTo(0.2);
    }
    assertThat(Winoground.of(List.of(new Winoground.Item(0, 0, 0, 0))))
        .extracting(Scores::overall)
        .containsExactly(0.0, 0.0, 0.0);
  }

  @Test
  void averagePrecisionIsTakenAtEachRightCandidate() {
    float[][] scores = {{5, 4, 3, 2, 1}, {5, 4, 3, 2, 1}};
    boolean[][] right = {{true, false, true, false, false}, {false, false, false, false, false}};

    Scores map = Ranking.meanAveragePrecision(scores, right);
    Scores eleven = Ranking.elevenPoint(scores, right);

    assertThat(map.of(0)).isCloseTo((1 + 2 / 3.0) / 2, within(1e-12));
    assertThat(map.of(1)).isZero();
    // Recalls 0 to 0.5 are reached with precision 1, 0.6 to 1 with 2/3.
    assertThat(eleven.of(0)).isCloseTo((6 * 1 + 5 * 2 / 3.0) / 11, within(1e-12));
    assertThat(Ranking.recallAt(1, scores, right).overall()).isEqualTo(0.5);
  }

  @Test
  void winogroundAsksBothWays() {
    var both = new Winoground.Item(3, 1, 1, 3);
    var textOnly = new Winoground.Item(5, 1, 4, 2); // caption 1 is nearer to picture 0
    var imageOnly = new Winoground.Item(5, 4, 1, 2); // picture 1 is nearer to caption 0

    assertThat(Winoground.of(List.of(both, textOnly, imageOnly, new Winoground.Item(1, 2, 2, 1))))
        .extracting(Scores::overall)
        .containsExactly(0.5, 0.5, 0.25);
  }

  @Test
  void yesIsThePositiveAnswer() {
    // yes/yes, yes/no, no/no, no/yes, yes/yes
    List<Scores> scores =
        YesNo.of(
            new boolean[] {true, true, false, false, true},
            new boolean[] {true, false, false, true, true});

    assertThat(scores)
        .extracting(Scores::name)
        .containsExactly("accuracy", "precision", "recall", "F1", "yes ratio");
    assertThat(scores)
        .extracting(Scores::overall)
        .containsExactly(.6, 2 / 3.0, 2 / 3.0, 4 / 6.0, .6);
  }

  @Test
  void alwaysYesHasAllRecallAndHalfOfTheRest() {
    var scores = YesNo.of(new boolean[] {true, true}, new boolean[] {true, false});

    assertThat(scores).extracting(Scores::overall).containsExactly(.5, .5, 1.0, 2 / 3.0, 1.0);
    assertThat(YesNo.of(new boolean[2], new boolean[2]).get(1).overall()).isZero();
  }

  @Test
  void aSentenceWithoutNoSaysYes() {
    assertThat(YesNo.saysYes("Yes, there is a dog.")).isTrue();
    assertThat(YesNo.saysYes("No, there is no dog")).isFalse();
    assertThat(YesNo.saysYes("There is not a dog.")).isFalse();
    assertThat(YesNo.saysYes("There is a dog. It does not bark.")).isTrue(); // first sentence
    assertThat(YesNo.saysYes("nothing but a dog")).isTrue();
  }

  @Test
  void chairCountsMentionsAndCaptions() {
    var chair =
        new Chair(
            Map.of(
                "dog", List.of("puppy"),
                "hot dog", List.of(),
                "person", List.of("man", "men", "lady"),
                "bus", List.of()));

    assertThat(chair.mentions("Two ladies with puppies, a man's hot dog, and a bus."))
        .containsExactly("person", "dog", "person", "hot dog", "bus");
    List<Scores> scores =
        chair.of(
            List.of("a dog and a dog and a man", "a bus", "a tree"),
            List.of(Set.of("person"), Set.of("bus"), Set.of()));
    assertThat(scores.get(0).overall()).isEqualTo(2 / 4.0); // of mentions
    assertThat(scores.get(1).overall()).isCloseTo(1 / 3.0, within(1e-12)); // of captions
    assertThat(chair.mentioned(List.of("a puppy", "men")))
        .containsExactlyInAnyOrder("dog", "person");
    assertRefused(
        () -> new Chair(Map.of("dog", List.of("pet"), "cat", List.of("pet"))),
        "'pet'",
        "names both");
  }

  @Test
  void boxesOverlapByIntersectionOverUnion() {
    var box = new Box(0, 0, 2, 2);

    assertThat(box.iou(new Box(1, 1, 3, 3))).isCloseTo(1 / 7.0, within(1e-12));
    assertThat(box.iou(Box.ofSize(0, 0, 2, 1))).isEqualTo(0.5);
    assertThat(box.iou(new Box(2, 0, 3, 1))).isZero();
    assertThat(box.iou(new Box(5, 5, 6, 6))).isZero();
    assertThat(new Box(1, 1, 1, 1).iou(new Box(1, 1, 1, 1))).isZero();
    List<Box> found = List.of(box, box, box);
    List<Box> right = List.of(box, new Box(0, 0, 2, 1), new Box(5, 5, 6, 6));
    assertThat(Box.accuracyAt(0.5, found, right).each()).containsExactly(1, 0, 0);
    assertThat(Box.meanIou(found, right).overall()).isEqualTo(0.5);
    assertRefused(() -> new Box(2, 0, 1, 1), "left must not be beyond right");
  }

  @Test
  void calibrationByBins() {
    double[] confidences = {0.1, 0.2, 0.5, 0.9, 1.0, 1.0};
    double[] right = {0, 1, 0, 1, 1, 0};

    // two bins of one width: (0.1 + 0.2 + 0.5) - 1 and (0.9 + 1 + 1) - 2, of 6
    assertThat(Calibration.equalWidth(confidences, right, 2).overall())
        .isCloseTo((0.2 + 0.9) / 6, within(1e-12));
    // three of two each: 0.3 - 1, 1.4 - 1, 2 - 1
    assertThat(Calibration.equalMass(confidences, right, 3).overall())
        .isCloseTo((0.7 + 0.4 + 1) / 6, within(1e-12));
    assertThat(Calibration.equalWidth(new double[] {0, 1, 1}, new double[] {0, 1, 1}, 15).overall())
        .isZero();
    assertRefused(
        () -> Calibration.equalWidth(new double[] {1.2}, new double[] {1}, 10), "1.2", "between 0");
  }

  @Test
  void selectiveAnswersTradeCoverageForRisk() {
    var surest = new SelectivePrediction(new double[] {.9, .8, .7, .6}, new double[] {1, 1, 0, 1});

    assertThat(surest.curve())
        .extracting(SelectivePrediction.Point::risk)
        .containsExactly(0.0, 0.0, 1 / 3.0, 1 / 4.0);
    assertThat(surest.coverageAt(0)).isEqualTo(0.5);
    assertThat(surest.coverageAt(0.25)).isEqualTo(1); // though with three it is more
    assertThat(surest.area()).isCloseTo((0 + 0 + 1 / 3.0 + 1 / 4.0) / 4, within(1e-12));
    // full coverage: risk is 1 - accuracy
    assertThat(surest.curve().getLast().risk()).isCloseTo(1 - 0.75, within(1e-12));
    assertThat(surest.effectiveReliability(10, .7).overall()).isEqualTo((1 + 1 - 10) / 4.0);
    assertThat(surest.effectiveReliability(10, .8).overall()).isEqualTo(0.5);
    assertThat(surest.bestThreshold(10)).isEqualTo(.8);
    assertThat(surest.bestThreshold(0.5)).isEqualTo(.6); // 2.5 with all, 2 with two
  }

  @Test
  void equalConfidencesCannotBeParted() {
    var same = new SelectivePrediction(new double[] {.5, .5, .5}, new double[] {1, 0, 1});

    assertThat(same.curve()).hasSize(1);
    assertThat(same.coverageAt(0)).isZero();
    assertThat(same.area()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(same.bestThreshold(100)).isEqualTo(Double.POSITIVE_INFINITY);
    assertRefused(
        () -> new SelectivePrediction(new double[] {Double.NaN}, new double[] {1}), "not a number");
  }
}
