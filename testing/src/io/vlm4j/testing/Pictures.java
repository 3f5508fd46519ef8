package io.vlm4j.testing;

import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Small pictures to test with. */
public final class Pictures {
  private Pictures() {}

  /** A picture of one colour, {@code 0xRRGGBB}. */
  public static Pixels plain(int width, int height, int colour) {
    var rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (colour >> (16 - 8 * (i % 3)));
    }
    return new Pixels(width, height, rgb);
  }

  /** Random colours, the same for the same seed. */
  public static Pixels noise(int width, int height, long seed) {
    var rgb = new byte[3 * width * height];
    new SplittableRandom(seed).nextBytes(rgb);
    return new Pixels(width, height, rgb);
  }

  /** The same colours with an opacity of 0 to 255, everywhere the same. */
  public static Pixels withOpacity(Pixels picture, int opacity) {
    var alpha = new byte[picture.width() * picture.height()];
    Arrays.fill(alpha, (byte) opacity);
    return new Pixels(picture.width(), picture.height(), picture.rgb(), alpha);
  }

  /** The picture with left and right exchanged. */
  public static Pixels mirrored(Pixels picture) {
    var rgb = new byte[picture.rgb().length];
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        for (int c = 0; c < 3; c++) {
          rgb[3 * (y * picture.width() + x) + c] =
              (byte) picture.get(picture.width() - 1 - x, y, c);
        }
      }
    }
    return new Pixels(picture.width(), picture.height(), rgb);
  }

  /** Writes a picture as a PNG file, with the folders above it. */
  public static Path write(Path file, Pixels picture) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.write(file, ImageEncoder.png(picture));
  }
}
