package io.vlm4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ZeroShotTest {
  private static final List<String> LABELS = List.of("cat", "dog", "owl");
  private static final float[][] CLASSES = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

  @Test
  void everyPictureCountsForItsClassAndItsGuess() {
    float[][] images = {{1, 0, 0}, {0.6f, 0.8f, 0}, {0.8f, 0.6f, 0}, {0, 1, 0}};

    var result = ZeroShot.of(images, new int[] {0, 0, 0, 1}, LABELS, CLASSES);

    assertThat(result.counts()).isDeepEqualTo(new int[][] {{2, 1, 0}, {0, 1, 0}, {0, 0, 0}});
    assertThat(result.labels()).isEqualTo(LABELS);
  }

  @Test
  void accuracyIsTheShareOfRightGuesses() {
    var result = new ZeroShot(LABELS, new int[][] {{8, 2, 0}, {0, 0, 5}, {0, 0, 5}});

    assertThat(result.accuracy()).isCloseTo(13 / 20.0, within(1e-12));
  }

  @Test
  void recallIsAveragedOverTheClassesThatHavePictures() {
    var result = new ZeroShot(LABELS, new int[][] {{8, 2, 0}, {1, 0, 0}, {0, 0, 0}});

    assertThat(result.meanPerClassRecall()).isCloseTo((0.8 + 0) / 2, within(1e-12));
  }

  @Test
  void nothingGivesZero() {
    var result = ZeroShot.of(new float[0][], new int[0], LABELS, CLASSES);

    assertThat(result.accuracy()).isZero();
    assertThat(result.meanPerClassRecall()).isZero();
  }
}
