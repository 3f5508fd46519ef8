package io.vlm4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.image.Pixels;
import io.vlm4j.tensor.Engine;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Pictures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConcurrentUseTest {
  private static final int THREADS = 64;
  private static final int CALLS = 8;

  private record Answers(float[][] images, float[][] texts, List<Pretrained.Score> scores) {
    static Answers of(Pretrained model, int i) {
      List<Pixels> pictures =
          IntStream.range(0, 1 + i % 3).mapToObj(k -> Pictures.noise(40 + i, 30, i + k)).toList();
      return new Answers(
          model.embedImages(pictures),
          model.embedTexts(List.of("picture " + i, "a dog")),
          model.classify(pictures.getFirst(), List.of("dog", "cat " + i), List.of("a {}")));
    }
  }

  @Test
  void manyThreadsGetTheAnswersOfOne() throws Exception {
    try (var model = Pretrained.load(Fixtures.folder("clip-hf-tiny"), Engine.device("cpu"));
        var threads = Executors.newFixedThreadPool(THREADS)) {
      List<Answers> alone = IntStream.range(0, CALLS).mapToObj(i -> Answers.of(model, i)).toList();
      var calls = new ArrayList<Callable<Answers>>();
      for (int thread = 0; thread < THREADS; thread++) {
        int i = thread % CALLS;
        calls.add(() -> Answers.of(model, i));
      }
      int thread = 0;
      for (Future<Answers> together : threads.invokeAll(calls)) {
        Answers expected = alone.get(thread++ % CALLS);
        assertThat(together.get().images()).isDeepEqualTo(expected.images());
        assertThat(together.get().texts()).isDeepEqualTo(expected.texts());
        assertThat(together.get().scores()).isEqualTo(expected.scores());
      }
    }
  }
}
