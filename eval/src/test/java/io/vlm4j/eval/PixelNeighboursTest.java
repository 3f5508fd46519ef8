package io.vlm4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PixelNeighboursTest {
  @Test
  void theNearestPictureGivesTheText() {
    var neighbours =
        new PixelNeighbours(List.of(grey("dark", 10), grey("middle", 120), grey("light", 240)));

    assertThat(neighbours.metrics(List.of(grey("dark", 20), grey("light", 200))))
        .containsOnlyKeys(
            "pixels_image_to_text_R@1", "pixels_image_to_text_R@5", "pixels_image_to_text_R@10")
        .containsEntry("pixels_image_to_text_R@1", 1.0);
    assertThat(neighbours.metrics(List.of(grey("dark", 200))))
        .containsEntry("pixels_image_to_text_R@1", 0.0)
        .containsEntry("pixels_image_to_text_R@5", 1.0);
  }

  @Test
  void aTextCountsOnceHoweverManyOfItsPicturesAreNear() {
    var known = new ArrayList<Sample>();
    for (int i = 0; i < 30; i++) {
      known.add(grey("crowd " + i % 4, 100 + i));
    }
    known.add(grey("right", 200));

    var metrics = new PixelNeighbours(known).metrics(List.of(grey("right", 100)));

    assertThat(metrics)
        .as("four texts come before it, in thirty pictures")
        .containsEntry("pixels_image_to_text_R@1", 0.0)
        .containsEntry("pixels_image_to_text_R@5", 1.0);
  }

  @Test
  void amongEquallyNearPicturesTheRightOneComesLast() {
    var neighbours = new PixelNeighbours(List.of(grey("right", 100), grey("wrong", 100)));

    assertThat(neighbours.metrics(List.of(grey("right", 100))))
        .containsEntry("pixels_image_to_text_R@1", 0.0);
  }

  @Test
  void transparentPicturesAreComparedOnWhite() {
    Pixels red = Pictures.withOpacity(Pictures.plain(16, 16, 0xff0000), 0);
    var neighbours = new PixelNeighbours(List.of(grey("white", 255), grey("black", 0)));

    assertThat(neighbours.metrics(List.of(sample("q", red, "white"))))
        .containsEntry("pixels_image_to_text_R@1", 1.0);
  }

  @Test
  void recallsAreThoseOfTheDefinition() {
    long seed = Randomness.ofTest().nextLong();
    var random = new Random(seed);
    var known = new ArrayList<Sample>();
    var queries = new ArrayList<Sample>();
    for (int i = 0; i < 60; i++) {
      String text = "text " + random.nextInt(15);
      Pixels picture = Pictures.noise(16, 16, random.nextLong());
      (i < 45 ? known : queries).add(sample("s" + i, picture, text));
    }
    var texts = new HashSet<>(known.stream().map(Sample::text).toList());
    queries.removeIf(query -> !texts.contains(query.text()));

    var metrics = new PixelNeighbours(known).metrics(queries);

    for (int depth : new int[] {1, 5, 10}) {
      long hits =
          queries.stream()
              .filter(query -> firstTexts(query, known, depth).contains(query.text()))
              .count();
      assertThat(metrics)
          .as("seed %d", seed)
          .containsEntry("pixels_image_to_text_R@" + depth, hits / (double) queries.size());
    }
  }

  /** The first so many distinct texts, in order of the distance of their pictures. */
  private static List<String> firstTexts(Sample query, List<Sample> known, int count) {
    var texts = new LinkedHashSet<String>();
    known.stream()
        .sorted((a, b) -> Long.compare(distance(query, a), distance(query, b)))
        .forEach(sample -> texts.add(sample.text()));
    return texts.stream().limit(count).toList();
  }

  private static long distance(Sample a, Sample b) {
    byte[] x = a.picture().pixels().rgb();
    byte[] y = b.picture().pixels().rgb();
    long sum = 0;
    for (int i = 0; i < x.length; i++) {
      long difference = (x[i] & 0xff) - (y[i] & 0xff);
      sum += difference * difference;
    }
    return sum;
  }

  private static Sample grey(String text, int value) {
    Pixels picture = Pictures.plain(20, 20, value << 16 | value << 8 | value);
    return sample(text + value, picture, text);
  }

  private static Sample sample(String key, Pixels picture, String text) {
    return Sample.pair(key, key, Picture.drawn(key, () -> picture), List.of(text), Map.of());
  }
}
