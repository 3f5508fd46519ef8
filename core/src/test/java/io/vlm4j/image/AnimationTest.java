package io.vlm4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames and times as Pillow 12.3 reads them (pillow_animations.py). */
class AnimationTest {
  private static final Map<String, byte[]> FILES = files();

  private static Map<String, byte[]> files() {
    try {
      return ZipEntries.of("pillow-animations.zip");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Stream<String> names() {
    return FILES.keySet().stream().filter(name -> FILES.containsKey(name + ".milliseconds"));
  }

  private static Animation decode(byte[] file) {
    return Animation.decode(file, ImageDecoder.Options.DEFAULT);
  }

  private static byte[] file(String name) {
    return ZipEntries.get(FILES, name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void framesAndTimesArePillows(String name) {
    Animation found = decode(file(name));

    String[] times =
        new String(file(name + ".milliseconds"), StandardCharsets.US_ASCII).split(" ", -1);
    assertThat(found.frames()).hasSize(times.length);
    for (int i = 0; i < times.length; i++) {
      Pixels expected = ZipEntries.ppm(file(name + "." + i + ".ppm"));
      assertThat(found.frames().get(i)).as("frame %d", i).isEqualTo(expected);
      // A frame that names no time is shown as long as browsers show it.
      if (times.length > 1) {
        double seconds = times[i].equals("0") ? 0.1 : Integer.parseInt(times[i]) / 1e3;
        assertThat(found.seconds().get(i)).as("time of frame %d", i).isEqualTo(seconds);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"clear-1.gif", "opaque.webp", "clear.png"})
  void whatIsCutShortIsRefused(String name) {
    byte[] file = file(name);
    for (double share : new double[] {0.05, 0.3, 0.6, 0.9, 0.98}) {
      byte[] cut = Arrays.copyOf(file, (int) (share * file.length));

      assertThatThrownBy(() -> decode(cut))
          .as("%s of it", share)
          .isInstanceOf(InputException.class);
    }
  }

  @Test
  void framesTogetherAreBounded() {
    byte[] file = file("opaque.webp"); // 4 frames of 40 x 30

    assertThat(Animation.decode(file, new ImageDecoder.Options(false, 4800)).frames()).hasSize(4);
    assertThatThrownBy(() -> Animation.decode(file, new ImageDecoder.Options(false, 4799)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "the animation has more than 3 frames of 40 x 30; at most 4799 pixels are read");
  }

  @Test
  void otherFormatsAreRefused() {
    byte[] bmp = {
      'B', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0
    };

    assertThatThrownBy(() -> decode(bmp))
        .isInstanceOf(InputException.class)
        .hasMessage("BMP files hold no animation; GIF, WebP and PNG files may");
  }
}
