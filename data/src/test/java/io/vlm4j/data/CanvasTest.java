package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.image.Pixels;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import org.junit.jupiter.api.Test;

class CanvasTest {
  private static final double[] IDENTITY = {1, 0, 0, 0, 1, 0};
  private static final float[] WHITE = {1, 1, 1};

  private final long seed = Randomness.ofTest().nextLong();

  @Test
  void theIdentityChangesNothing() {
    Pixels picture = Pictures.noise(13, 13, seed);

    assertThat(Canvas.warp(picture, 13, IDENTITY).over(WHITE))
        .as("seed %d", seed)
        .isEqualTo(picture);
    assertThat(Canvas.of(picture).over(WHITE)).as("seed %d", seed).isEqualTo(picture);
  }

  @Test
  void opacityMixesColourAndGround() {
    Pixels half = Pictures.withOpacity(Pictures.plain(5, 5, 0x6400c8), 51); // a fifth

    assertThat(Canvas.warp(half, 5, IDENTITY).over(new float[] {0, 1, 0.2f}))
        .isEqualTo(Pictures.plain(5, 5, 0x14cc51));
  }

  @Test
  void beyondATransparentPictureIsTheGroundAndBeyondAnOpaqueOneItsBorder() {
    Pixels red = Pictures.plain(4, 4, 0xff0000);
    double[] away = {1, 0, 5, 0, 1, 0};

    assertThat(Canvas.warp(red, 4, away).over(WHITE)).isEqualTo(red);
    assertThat(Canvas.warp(Pictures.withOpacity(red, 255), 4, away).over(WHITE))
        .isEqualTo(Pictures.plain(4, 4, 0xffffff));
  }

  @Test
  void aMoveByOnePixelMovesByOnePixel() {
    Pixels picture = Pictures.noise(8, 8, seed);

    Pixels moved = Canvas.warp(picture, 8, new double[] {1, 0, 0.25, 0, 1, 0}).over(WHITE);

    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 7; x++) {
        assertThat(moved.get(x, y, 2)).as("seed %d", seed).isEqualTo(picture.get(x + 1, y, 2));
      }
    }
  }
}
