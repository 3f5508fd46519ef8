package io.vlm4j.image;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.InputException;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against Pillow 9.4's {@code convert("RGB")}. */
class ImageDecoderTest {
  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(Fixtures.folder("pixels").resolve(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.png",
        "rgba.png",
        "palette.png",
        "bw.png",
        "still.gif",
        "photo.bmp",
        "lossless.webp"
      })
  void losslessFilesAreDecodedExactly(String name) throws IOException {
    assertThat(ImageDecoder.decode(file(name))).isEqualTo(PillowPixels.of(name, "decoded"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "photo-420.jpg",
        "photo-444.jpg",
        "progressive.jpg",
        "gray.jpg",
        "tall.jpg",
        "tiny.jpg",
        "exif-rotated.jpg",
        "cmyk.jpg"
      })
  void jpegsAreDecodedToThePixelsOfPillow(String name) throws IOException {
    // Both use libjpeg's integer transform; nothing differs.
    assertThat(ImageDecoder.decode(file(name))).isEqualTo(PillowPixels.of(name, "decoded"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "photo-420.jpg",
        "tiny.jpg",
        "progressive.jpg",
        "rgb.png",
        "palette.png",
        "still.gif",
        "photo.bmp",
        "photo.webp",
        "lossless.webp"
      })
  void aFileCutAnywhereIsRefusedUnlessNothingIsLost(String name) throws IOException {
    Random random = Randomness.ofTest();
    byte[] whole = file(name);
    Pixels picture = ImageDecoder.decode(whole);
    for (int round = 0; round < 12; round++) {
      int length = round < 4 ? round * 12 : random.nextInt(whole.length);
      byte[] cut = Arrays.copyOf(whole, length);
      try {
        assertThat(ImageDecoder.decode(cut))
            .as("%s of %s bytes", length, whole.length)
            .isEqualTo(picture);
      } catch (InputException e) {
        assertThat(e.getMessage()).hasLineCount(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny.jpg",
        "cmyk.jpg",
        "gray16.png",
        "palette.png",
        "still.gif",
        "photo.webp",
        "lossless.webp"
      })
  void damagedFilesAreDecodedOrRefusedInOneLine(String name) throws IOException {
    Random random = Randomness.ofTest();
    byte[] whole = file(name);
    for (int round = 0; round < 30; round++) {
      byte[] damaged = whole.clone();
      int region = round % 2 == 0 ? Math.min(200, whole.length) : whole.length;
      for (int edits = 1 + random.nextInt(8); edits > 0; edits--) {
        damaged[random.nextInt(region)] = (byte) random.nextInt(256);
      }
      try {
        ImageDecoder.decode(damaged);
      } catch (InputException e) {
        assertThat(e.getMessage()).hasLineCount(1);
      }
    }
  }

  @Test
  void anEmptyFileIsRefused() {
    assertRefused(() -> ImageDecoder.decode(new byte[0]), "empty");
  }

  @Test
  void whatIsNoPictureIsRefused() {
    Random random = Randomness.ofTest();
    assertRefused(() -> ImageDecoder.decode("hello".getBytes(StandardCharsets.UTF_8)));
    assertRefused(
        () -> ImageDecoder.decode("<html>\n<body/>\n</html>".getBytes(StandardCharsets.UTF_8)));
    for (int length = 1; length < 200; length++) {
      var noise = new byte[length];
      random.nextBytes(noise);
      assertRefused(() -> ImageDecoder.decode(noise));
    }
  }

  @Test
  void aSmallFileThatClaimsAHugePictureIsRefused() throws IOException {
    byte[] png = file("rgb.png");
    // Width and height are 32-bit big-endian numbers at 16 and 20.
    ByteBuffer.wrap(png).putInt(16, 65_536).putInt(20, 65_536);
    assertRefused(() -> ImageDecoder.decode(png), "4294967296 pixels");
  }

  @Test
  void aFileThatCannotBeReadIsNamed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.png"), "no picture");
    assertRefused(() -> ImageDecoder.read(file), file.toString());
    assertRefused(() -> ImageDecoder.read(folder.resolve("none.png")), "none.png");
  }
}
