package io.vlm4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Small files of all kinds against Pillow 9.4: {@code src/test/python/pillow_files.py}. */
class PillowFilesTest {
  private static final ImageDecoder.Options UPRIGHT = new ImageDecoder.Options(true, 1 << 20);

  private static Map<String, byte[]> entries = Map.of();

  @BeforeAll
  static void read() throws IOException {
    entries = ZipEntries.of("pillow-files.zip");
  }

  private static Stream<String> names() {
    return entries.keySet().stream().filter(name -> !name.endsWith(".ppm"));
  }

  @TestFactory
  Stream<DynamicTest> everyPixelIsPillows() {
    return names()
        .map(name ->
            DynamicTest.dynamicTest(
                name,
                () ->
                    assertSame(ImageDecoder.decode(ZipEntries.get(entries, name)), name + ".ppm")));
  }

  @TestFactory
  Stream<DynamicTest> picturesAreTurnedUprightIfAsked() {
    return names()
        .filter(name -> name.startsWith("turned"))
        .map(name ->
            DynamicTest.dynamicTest(
                name,
                () ->
                    assertSame(
                        ImageDecoder.decode(ZipEntries.get(entries, name), UPRIGHT),
                        name + ".upright.ppm")));
  }

  private static void assertSame(Pixels picture, String expected) {
    Pixels pillows = ZipEntries.ppm(ZipEntries.get(entries, expected));
    assertThat(picture).hasToString(pillows.toString());
    int largest = 0;
    int different = 0;
    for (int i = 0; i < pillows.rgb().length; i++) {
      int difference = Math.abs((picture.rgb()[i] & 0xff) - (pillows.rgb()[i] & 0xff));
      largest = Math.max(largest, difference);
      different += difference > 0 ? 1 : 0;
    }
    assertThat(largest).as("%d of %d values differ", different, pillows.rgb().length).isZero();
  }
}
