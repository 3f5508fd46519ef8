package io.vlm4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.InputException;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged files of all formats: a picture or a refusal in one line, nothing else. */
class ImageDecoderFuzzIT {
  private static final int FILES = 3_000;
  private static final ImageDecoder.Options OPTIONS = new ImageDecoder.Options(true, 1 << 22);

  @Test
  void everyDamagedFileIsDecodedOrRefused() throws IOException {
    Random random = Randomness.seeded(Long.getLong("vlm4j.test.seed", 7));
    Map<String, byte[]> entries = ZipEntries.of("pillow-files.zip");
    List<String> names = entries.keySet().stream().filter(name -> !name.endsWith(".ppm")).toList();
    int decoded = 0;
    for (int i = 0; i < FILES; i++) {
      String name = names.get(i % names.size());
      byte[] file = damaged(ZipEntries.get(entries, name), random);
      try {
        assertThat(ImageDecoder.decode(file, OPTIONS).rgb()).isNotEmpty();
        decoded++;
      } catch (InputException e) {
        assertThat(e.getMessage()).as("%s, the %dth file", name, i).hasLineCount(1);
      } catch (Exception e) {
        throw new AssertionError(name + ", the " + i + "th file", e);
      }
    }
    assertThat(decoded).isBetween(1, FILES - 1);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] file = whole.clone();
    // Headers first: damaged pixels are only other pixels.
    int region = random.nextInt(3) == 0 ? file.length : Math.min(file.length, 120);
    for (int edits = random.nextInt(6); edits >= 0; edits--) {
      int at = random.nextInt(region);
      switch (random.nextInt(4)) {
        case 0 -> file[at] = (byte) random.nextInt(256);
        case 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> file[at] = (byte) (random.nextBoolean() ? 0xff : 0);
        default -> {
          int from = random.nextInt(file.length);
          int length = Math.min(random.nextInt(16), file.length - Math.max(from, at));
          System.arraycopy(whole, from, file, at, length);
        }
      }
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
  }
}
