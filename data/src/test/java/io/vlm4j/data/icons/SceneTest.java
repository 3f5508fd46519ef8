package io.vlm4j.data.icons;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Picture;
import io.vlm4j.data.icons.Scene.Item;
import io.vlm4j.image.Pixels;
import io.vlm4j.testing.Pictures;
import java.awt.Color;
import java.util.List;
import org.junit.jupiter.api.Test;

class SceneTest {
  private static Picture plain(int colour) {
    return Picture.drawn("plain", () -> Pictures.plain(10, 10, colour));
  }

  @Test
  void iconsAreWhereTheyArePut() {
    Pixels scene =
        new Scene(
                100,
                Color.WHITE,
                List.of(
                    new Item(plain(0xff0000), 0.25, 0.5, 0.2),
                    new Item(plain(0x0000ff), 0.75, 0.25, 0.4)))
            .draw();
    assertThat(colour(scene, 25, 50)).isEqualTo(0xff0000);
    assertThat(colour(scene, 17, 43)).isEqualTo(0xff0000);
    assertThat(colour(scene, 12, 50)).isEqualTo(0xffffff);
    assertThat(colour(scene, 75, 25)).isEqualTo(0x0000ff);
    assertThat(colour(scene, 92, 42)).isEqualTo(0x0000ff);
    assertThat(colour(scene, 50, 90)).isEqualTo(0xffffff);
  }

  @Test
  void aTileLiesBeneathItsIcon() {
    Picture clear =
        Picture.drawn("clear", () -> Pictures.withOpacity(Pictures.plain(10, 10, 0xff0000), 0));
    Pixels scene =
        new Scene(100, Color.BLACK, List.of(new Item(clear, 0.5, 0.5, 0.4, 0, Color.GREEN))).draw();
    assertThat(colour(scene, 50, 50)).isEqualTo(0x00ff00);
    assertThat(colour(scene, 29, 50)).isEqualTo(0x00ff00); // 0.55 * 0.4 reaches from 28 to 72
    assertThat(colour(scene, 26, 50)).isZero();
  }

  @Test
  void anIconUpsideDownIsTurnedByHalfATurn() {
    Picture icon = Picture.drawn("noise", () -> Pictures.noise(20, 20, 3));
    Pixels upright = new Scene(20, Color.WHITE, List.of(new Item(icon, 0.5, 0.5, 1))).draw();
    Pixels turned =
        new Scene(20, Color.WHITE, List.of(new Item(icon, 0.5, 0.5, 1, 180, null))).draw();
    int differing = 0;
    for (int y = 2; y < 18; y++) {
      for (int x = 2; x < 18; x++) {
        differing += colour(upright, x, y) == colour(turned, 19 - x, 19 - y) ? 0 : 1;
      }
    }
    assertThat(differing).isLessThan(16); // rounding at the pixels' edges
  }

  private static int colour(Pixels pixels, int x, int y) {
    return pixels.get(x, y, 0) << 16 | pixels.get(x, y, 1) << 8 | pixels.get(x, y, 2);
  }
}
