package io.vlm4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.image.Preprocessing.Mode;
import io.vlm4j.image.Preprocessing.Size;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every mode and filter against Pillow 9.4: {@code src/test/python/pillow_recipes.py}. */
class PillowRecipesTest {
  private static final int FILL = 77;

  @TestFactory
  Stream<DynamicTest> everyPixelIsPillows() throws IOException {
    Map<String, byte[]> entries = ZipEntries.of("pillow-recipes.zip");
    return entries.keySet().stream()
        .filter(name -> name.endsWith(".ppm"))
        .map(name ->
            DynamicTest.dynamicTest(
                name,
                () -> {
                  String[] parts = name.substring(0, name.length() - 4).split("-");
                  Pixels picture = ZipEntries.ppm(ZipEntries.get(entries, parts[4]));
                  assertThat(recipe(parts).square(picture))
                      .isEqualTo(ZipEntries.ppm(ZipEntries.get(entries, name)));
                }));
  }

  private static Preprocessing recipe(String[] parts) {
    return new Preprocessing(
        size(parts[3]),
        Mode.valueOf(parts[0].toUpperCase(Locale.ROOT)),
        size(parts[2]),
        Resize.Filter.of(parts[1]),
        FILL,
        1,
        List.of(0.0, 0.0, 0.0),
        List.of(1.0, 1.0, 1.0));
  }

  private static Size size(String text) {
    String[] sides = text.split("x");
    return new Size(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
  }
}
