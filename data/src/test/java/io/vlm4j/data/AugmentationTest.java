package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class AugmentationTest {
  private static final int SIZE = 16;
  private static final Preprocessing PREPROCESSING = Preprocessing.clip(SIZE);

  private final long seed = Randomness.ofTest().nextLong();

  @Test
  void noneIsThePlainPreprocessing() {
    Pixels picture = Pictures.noise(31, 20, seed);

    assertThat(apply(Augmentation.NONE, picture, 0))
        .as("seed %d", seed)
        .isEqualTo(PREPROCESSING.square(picture));
  }

  @Test
  void theSameChanceGivesTheSamePictureAndAnotherAnother() {
    Augmentation wild = wild();
    Pixels picture = Pictures.noise(20, 20, seed);

    assertThat(apply(wild, picture, 3)).as("seed %d", seed).isEqualTo(apply(wild, picture, 3));
    assertThat(apply(wild, picture, 3)).as("seed %d", seed).isNotEqualTo(apply(wild, picture, 4));
  }

  @Test
  void aFlipExchangesLeftAndRightAndNothingElse() {
    Pixels picture = Pictures.noise(SIZE, SIZE, seed);

    assertThat(apply(with("flip", 1), picture, 0))
        .as("seed %d", seed)
        .isEqualTo(Pictures.mirrored(picture));
  }

  @Test
  void halfOfThePicturesAreFlippedWhereAskedFor() {
    Pixels picture = Pictures.noise(SIZE, SIZE, 1);
    Augmentation half = with("flip", 0.5);

    long flipped =
        IntStream.range(0, 200).filter(step -> !apply(half, picture, step).equals(picture)).count();

    assertThat(flipped).as("of 200, seed %d", seed).isBetween(60L, 140L);
  }

  @Test
  void aCropShowsAPartOfThePicture() {
    var ramp = new byte[3 * 40 * 40];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = (byte) (50 + i / 3 % 40);
    }
    Pixels picture = new Pixels(40, 40, ramp);

    for (int step = 0; step < 50; step++) {
      Pixels part = apply(with("minArea", 0.25), picture, step);
      int left = part.get(0, 8, 0);
      int right = part.get(SIZE - 1, 8, 0);
      assertThat(right - left)
          .as("columns shown, step %d of seed %d", step, seed)
          .isBetween(12, 40);
      assertThat(left).isGreaterThanOrEqualTo(50);
      assertThat(right).isLessThanOrEqualTo(89);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rotation", "shift", "shear", "aspect", "flip", "minArea"})
  void movingAnOpaquePictureBringsInNoOtherColour(String name) {
    Pixels picture = Pictures.plain(24, 24, 0x2080c0);
    Augmentation moved = with(name, name.equals("rotation") ? 90 : 0.5);

    for (int step = 0; step < 20; step++) {
      assertThat(apply(moved, picture, step))
          .as("step %d of seed %d", step, seed)
          .isEqualTo(Pictures.plain(SIZE, SIZE, 0x2080c0));
    }
  }

  @Test
  void coloursStopAtBlackAndWhite() {
    Augmentation bright = with("brightness", 1);
    Augmentation flat = with("contrast", 3);
    for (int step = 0; step < 50; step++) {
      Pixels white = apply(bright, Pictures.plain(SIZE, SIZE, 0xffffff), step);
      Pixels black = apply(bright, Pictures.plain(SIZE, SIZE, 0), step);
      assertThat(white.get(3, 3, 1))
          .as("step %d of seed %d", step, seed)
          .isGreaterThanOrEqualTo(black.get(3, 3, 1));
      assertThat(Math.max(255 - white.get(3, 3, 1), black.get(3, 3, 1)))
          .as("as much is lost at one end as is moved, step %d of seed %d", step, seed)
          .isEqualTo(255 - white.get(3, 3, 1) + black.get(3, 3, 1));
      assertThat(apply(flat, Pictures.plain(SIZE, SIZE, 0xff0000), step).get(0, 0, 0))
          .as("red against its complement, step %d of seed %d", step, seed)
          .isGreaterThanOrEqualTo(
              apply(flat, Pictures.plain(SIZE, SIZE, 0x00ffff), step).get(0, 0, 0));
    }
  }

  @Test
  void greyTakesAllColourAway() {
    Pixels grey = apply(with("grey", 1), Pictures.noise(SIZE, SIZE, seed), 0);

    for (int i = 0; i < SIZE; i++) {
      assertThat(grey.get(i, i, 0))
          .as("seed %d", seed)
          .isEqualTo(grey.get(i, i, 1))
          .isEqualTo(grey.get(i, i, 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flip", "rotation", "grey"})
  void aTransparentPictureStandsOnWhite(String name) {
    Pixels nothing = Pictures.withOpacity(Pictures.plain(SIZE, SIZE, 0xff0000), 0);
    Pixels white = Pictures.plain(SIZE, SIZE, 0xffffff);

    assertThat(apply(Augmentation.NONE, nothing, 0)).isEqualTo(white);
    assertThat(apply(with(name, 1), nothing, 0)).isEqualTo(white);
  }

  @ParameterizedTest
  @ValueSource(strings = {"background", "flip", "contrast"})
  void aTransparentPictureStandsOnARandomColourWhereAskedFor(String alsoOn) {
    ObjectNode tree = Json.toTree(Augmentation.NONE);
    tree.put(alsoOn, 0.5);
    tree.put("background", 1);
    Augmentation augmentation = Json.fromTree(tree, Augmentation.class, "test");
    Pixels nothing = Pictures.withOpacity(Pictures.plain(SIZE, SIZE, 0xffffff), 0);

    var grounds = new HashSet<Pixels>();
    for (int step = 0; step < 10; step++) {
      Pixels ground = apply(augmentation, nothing, step);
      int colour = ground.get(0, 0, 0) << 16 | ground.get(0, 0, 1) << 8 | ground.get(0, 0, 2);
      assertThat(ground)
          .as("one colour, step %d of seed %d", step, seed)
          .isEqualTo(Pictures.plain(SIZE, SIZE, colour));
      grounds.add(ground);
    }
    assertThat(grounds).as("colours of seed %d", seed).hasSizeGreaterThan(5);
  }

  @ParameterizedTest
  @CsvSource({
    "minArea, 0",
    "minArea, 1.1",
    "minArea, NaN",
    "minScale, 0",
    "minScale, 2",
    "maxScale, 0.5",
    "maxScale, Infinity",
    "flip, -0.1",
    "flip, 1.1",
    "grey, 2",
    "background, NaN",
    "rotation, -1",
    "shift, Infinity",
    "shear, NaN",
    "aspect, -1",
    "contrast, -1",
    "saturation, -1",
    "brightness, -1",
    "tint, NaN"
  })
  void anImpossibleValueIsRefusedByName(String name, double value) {
    assertThatThrownBy(() -> with(name, value))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name);
  }

  private Pixels apply(Augmentation augmentation, Pixels picture, int step) {
    return augmentation.apply(picture, PREPROCESSING, Chance.of(seed, step, 0));
  }

  private static Augmentation with(String name, double value) {
    ObjectNode tree = Json.toTree(Augmentation.NONE);
    tree.put(name, value);
    return Json.fromTree(tree, Augmentation.class, "augmentation");
  }

  private static Augmentation wild() {
    return new Augmentation(0.5, 0.5, 20, 0.8, 1.2, 0.1, 0.1, 0.1, 0.3, 0.3, 0.2, 0.1, 0.2, 0.5);
  }
}
