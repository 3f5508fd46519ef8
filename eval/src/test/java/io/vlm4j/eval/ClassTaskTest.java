package io.vlm4j.eval;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassTaskTest {
  private static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 40; i++) {
      String group = i % 5 == 4 ? "" : "group " + i % 5;
      samples.add(
          new Sample(
              Integer.toString(i),
              "test",
              List.of(new Part.Text("text " + i)),
              Map.of("group", group)));
    }
    return samples;
  }

  private static String group(Sample sample) {
    return sample.label("group");
  }

  @Test
  void theSameSeedChoosesTheSameSamplesOfAllClasses() {
    ClassTask task = ClassTask.of("t", samples(), 10, 3, ClassTaskTest::group);
    assertThat(task.texts()).containsExactly("group 0", "group 1", "group 2", "group 3");
    assertThat(task.samples()).hasSize(10).noneMatch(sample -> group(sample).isEmpty());
    assertThat(ClassTask.of("t", samples(), 10, 3, ClassTaskTest::group).samples())
        .isEqualTo(task.samples());
    assertThat(ClassTask.of("t", samples(), 10, 4, ClassTaskTest::group).samples())
        .isNotEqualTo(task.samples());
    for (int i = 0; i < 10; i++) {
      assertThat(task.texts().get(task.truths()[i])).isEqualTo(group(task.samples().get(i)));
    }
  }

  @Test
  void someClassesTakeAllOfTheirSamples() {
    ClassTask task = ClassTask.ofSome("t", samples(), 2, 1, ClassTaskTest::group);
    assertThat(task.texts()).hasSize(2);
    assertThat(task.samples()).hasSize(16);
    assertThat(task.chance()).isEqualTo(0.5);
  }

  @Test
  void theHighestScoreIsTheGuess() {
    ClassTask task = ClassTask.ofSome("t", samples(), 2, 1, ClassTaskTest::group);
    var scores = new float[16][];
    for (int i = 0; i < 16; i++) {
      int guess = i < 4 ? 1 - task.truths()[i] : task.truths()[i];
      scores[i] = guess == 0 ? new float[] {-3, -5} : new float[] {-9, -8};
    }
    assertThat(task.of(scores).accuracy()).isEqualTo(0.75);
  }

  @Test
  void oneClassIsNoTask() {
    assertRefused(() -> ClassTask.ofSome("t", samples(), 1, 1, ClassTaskTest::group), "two");
  }
}
