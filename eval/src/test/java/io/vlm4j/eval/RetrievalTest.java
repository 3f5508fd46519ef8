package io.vlm4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.Retrieval.Found;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetrievalTest {
  private static final float[][] AXES = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  private static final List<String> NAMES = List.of("x", "y", "z");

  @Test
  void perfectVectorsFindEverything() {
    var metrics = new Retrieval(AXES, NAMES, AXES, NAMES).metrics();

    assertThat(metrics)
        .containsExactly(
            entry("image_to_text_R@1", 1.0),
            entry("image_to_text_R@5", 1.0),
            entry("image_to_text_R@10", 1.0),
            entry("image_to_text_mean_rank", 1.0),
            entry("image_to_text_median_rank", 1.0),
            entry("text_to_image_R@1", 1.0),
            entry("text_to_image_R@5", 1.0),
            entry("text_to_image_R@10", 1.0),
            entry("text_to_image_mean_rank", 1.0),
            entry("text_to_image_median_rank", 1.0));
  }

  @Test
  void ranksAreCountedFromTheBestScore() {
    // The picture of x is nearest to y, then x, then z; the others are right.
    float[][] images = {{0.6f, 0.8f, 0}, {0, 1, 0}, {0, 0, 1}};

    var metrics = new Retrieval(images, NAMES, AXES, NAMES).metrics();

    assertThat(metrics)
        .containsEntry("image_to_text_R@1", 2 / 3.0)
        .containsEntry("image_to_text_R@5", 1.0)
        .containsEntry("image_to_text_mean_rank", 4 / 3.0)
        .containsEntry("image_to_text_median_rank", 1.0)
        .containsEntry("text_to_image_R@1", 1.0);
  }

  @Test
  void amongEqualScoresTheRightOneComesLast() {
    float[][] same = {{1, 0}, {1, 0}, {1, 0}};

    var metrics = new Retrieval(same, NAMES, same, NAMES).metrics();

    assertThat(metrics)
        .containsEntry("image_to_text_R@1", 0.0)
        .containsEntry("image_to_text_mean_rank", 3.0)
        .containsEntry("text_to_image_R@1", 0.0);
  }

  @Test
  void vectorsThatAreNoNumbersFindNothing() {
    float[][] broken = {{Float.NaN, 0}, {Float.NaN, 0}, {Float.NaN, 0}};

    var metrics = new Retrieval(broken, NAMES, broken, NAMES).metrics();

    assertThat(metrics)
        .containsEntry("image_to_text_R@1", 0.0)
        .containsEntry("image_to_text_mean_rank", 3.0)
        .containsEntry("text_to_image_median_rank", 3.0);
  }

  @Test
  void oneOfSeveralRightAnswersIsEnough() {
    // Two pictures of a dog; the text is nearest to the second of them, then to the cat.
    float[][] images = {{0, 1}, {1, 0}, {0.8f, 0.6f}};
    List<String> shown = List.of("dog", "dog", "cat");
    float[][] texts = {{1, 0}, {0.8f, 0.6f}};

    var metrics = new Retrieval(images, shown, texts, List.of("dog", "cat")).metrics();

    assertThat(metrics)
        .containsEntry("text_to_image_R@1", 1.0)
        .containsEntry("image_to_text_R@1", 2 / 3.0); // the first dog is nearest to "cat"
  }

  @Test
  void rightAnswersDoNotPushOneAnotherBack() {
    float[][] images = {{1, 0}, {1, 0}, {0, 1}};

    var metrics =
        new Retrieval(
                images,
                List.of("dog", "dog", "cat"),
                new float[][] {{1, 0}, {0, 1}},
                List.of("dog", "cat"))
            .metrics();

    assertThat(metrics).containsEntry("text_to_image_mean_rank", 1.0);
  }

  @Test
  void anEvenNumberOfRanksHasOpenClipsMedian() {
    // OpenCLIP: floor(numpy.median(ranks from 0)) + 1
    assertThat(Retrieval.recalls("a", new int[] {0, 1, 2, 9})).containsEntry("a_median_rank", 2.0);
    assertThat(Retrieval.recalls("a", new int[] {7, 0, 5})).containsEntry("a_median_rank", 6.0);
    assertThat(Retrieval.recalls("a", new int[] {0, 4})).containsEntry("a_median_rank", 3.0);
  }

  @Test
  void recallsCountWhatIsWithinTheDepth() {
    int[] ranks = IntStream.range(0, 20).toArray();

    assertThat(Retrieval.recalls("a", ranks))
        .containsEntry("a_R@1", 0.05)
        .containsEntry("a_R@5", 0.25)
        .containsEntry("a_R@10", 0.5)
        .containsEntry("a_mean_rank", 10.5);
  }

  @Test
  void theBestAnswersComeFirst() {
    float[][] answers = {{0, 1}, {1, 0}, {0.6f, 0.8f}};

    List<Found> best = Retrieval.best(new float[] {1, 0}, answers, 2);

    assertThat(best).extracting(Found::index).containsExactly(1, 2);
    assertThat(best.get(1).score()).isCloseTo(0.6, within(1e-6));
    assertThat(Retrieval.best(new float[] {1, 0}, answers, 99)).hasSize(3);
  }
}
