package io.vlm4j.image;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.image.Resize.Filter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against Pillow 9.4, on the pixels that Pillow decoded. */
class ResizeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "photo-420.jpg",
        "photo-444.jpg",
        "progressive.jpg",
        "gray.jpg",
        "tall.jpg",
        "tiny.jpg",
        "cmyk.jpg",
        "rgb.png",
        "rgba.png",
        "palette.png",
        "gray16.png",
        "gray-alpha.png",
        "bw.png",
        "photo.webp",
        "lossless.webp",
        "still.gif",
        "photo.bmp"
      })
  void everyPixelIsPillows(String file) {
    Pixels decoded = PillowPixels.of(file, "decoded");
    assertThat(Preprocessing.clip(224).square(decoded)).isEqualTo(PillowPixels.of(file, "clip224"));
    assertThat(Preprocessing.sigLip(224).square(decoded))
        .isEqualTo(PillowPixels.of(file, "squash224"));
    assertThat(Resize.resize(decoded, 224, 224, Filter.BILINEAR))
        .isEqualTo(PillowPixels.of(file, "bilinear224"));
  }

  @ParameterizedTest
  @EnumSource(Filter.class)
  void oneColourStaysOneColour(Filter filter) {
    var grey = new byte[3 * 31 * 7];
    Arrays.fill(grey, (byte) 200);
    for (int[] size : new int[][] {{1, 1}, {5, 50}, {31, 7}, {100, 3}}) {
      var expected = new byte[3 * size[0] * size[1]];
      Arrays.fill(expected, (byte) 200);
      assertThat(Resize.resize(new Pixels(31, 7, grey), size[0], size[1], filter))
          .isEqualTo(new Pixels(size[0], size[1], expected));
    }
  }

  @ParameterizedTest
  @EnumSource(Filter.class)
  void theSameSizeIsTheSamePicture(Filter filter) {
    Pixels picture = new Pixels(2, 1, new byte[] {1, 2, 3, 4, 5, 6});
    assertThat(Resize.resize(picture, 2, 1, filter)).isEqualTo(picture);
  }

  @Test
  void filtersAreFoundByPillowsNumbersAndNames() {
    for (Filter filter : Filter.values()) {
      assertThat(Filter.of(filter.code())).isEqualTo(filter);
    }
    assertThat(Filter.of("bicubic").code()).isEqualTo(3);
    assertThat(Filter.of("bilinear").code()).isEqualTo(2);
    assertThat(Filter.of("lanczos").code()).isEqualTo(1);
    assertRefused(() -> Filter.of("cubic"), "'cubic'", "bicubic");
    assertRefused(() -> Filter.of(6), "6");
  }
}
