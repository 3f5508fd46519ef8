package io.vlm4j.image;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Preprocessing.Mode;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingTest {
  @TempDir Path folder;

  @Test
  void channelsAreScaledShiftedAndSeparated() {
    var recipe =
        new Preprocessing(
            1, Mode.SQUASH, Resize.Filter.BICUBIC, List.of(0.5, 0.0, 0.2), List.of(0.5, 1.0, 0.4));
    var target = new float[5];
    recipe.normalize(new Pixels(1, 1, new byte[] {(byte) 255, 51, 0}), target, 1);
    assertThat(target[1]).isCloseTo(1f, within(1e-6f)); // (1 - 0.5) / 0.5
    assertThat(target[2]).isCloseTo(0.2f, within(1e-6f)); // 51 / 255
    assertThat(target[3]).isCloseTo(-0.5f, within(1e-6f)); // -0.2 / 0.4
    assertThat(target[0]).isZero();
    assertThat(target[4]).isZero();
  }

  @Test
  void planesFollowOneAnother() {
    var recipe = Preprocessing.sigLip(2);
    var rgb = new byte[12];
    for (int i = 0; i < 12; i++) {
      rgb[i] = (byte) (i % 3 * 100 + i / 3);
    }
    var target = new float[12];
    recipe.normalize(new Pixels(2, 2, rgb), target, 0);
    for (int i = 0; i < 12; i++) {
      double value = i / 4 * 100 + i % 4;
      assertThat((double) target[i]).isCloseTo(value / 255 * 2 - 1, within(1e-6));
    }
  }

  @Test
  void aPictureOfAnotherSizeIsNotNormalised() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Preprocessing.clip(2).normalize(new Pixels(1, 1, new byte[3]), new float[12], 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1x1", "1x9", "9x1", "223x224", "224x223", "1000x3", "3x1000", "448x225"})
  void anyPictureBecomesTheSquare(String size) {
    int width = Integer.parseInt(size.split("x")[0]);
    int height = Integer.parseInt(size.split("x")[1]);
    var picture = new Pixels(width, height, new byte[3 * width * height]);
    for (Preprocessing recipe : List.of(Preprocessing.clip(32), Preprocessing.sigLip(32))) {
      assertThat(recipe.square(picture)).isEqualTo(new Pixels(32, 32, new byte[3 * 32 * 32]));
    }
  }

  @Test
  void aPictureTooThinToBeResizedIsRefused() {
    var thread = new Pixels(1, 65_500, new byte[3 * 65_500]);
    assertRefused(() -> Preprocessing.clip(224).square(thread), "1 x 65500");
    assertThat(Preprocessing.sigLip(224).square(thread).width()).isEqualTo(224);
  }

  @ParameterizedTest
  @CsvSource({"clip-hf-tiny, 64", "siglip-hf-tiny, 64", "clip-hf-sharded-bf16, 48"})
  void huggingFacesFileIsReadAndWrittenBack(String name, int size) {
    Path file = Fixtures.folder(name).resolve("preprocessor_config.json");
    Preprocessing recipe = Preprocessing.readHuggingFace(file);
    assertThat(recipe)
        .isEqualTo(name.startsWith("clip") ? Preprocessing.clip(size) : Preprocessing.sigLip(size));
    var written = recipe.toHuggingFace();
    Json.readObject(file)
        .properties()
        .forEach(entry ->
            assertThat(written.path(entry.getKey()))
                .as(entry.getKey())
                .isEqualTo(entry.getValue()));
  }

  @Test
  void theOldFormOfTheFileIsRead() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("preprocessor_config.json"),
            "{\"crop_size\":224,\"size\":224,\"do_center_crop\":true,\"resample\":3}");
    assertThat(Preprocessing.readHuggingFace(file)).isEqualTo(Preprocessing.clip(224));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"size\":0}",
        "{\"size\":{\"shortest_edge\":-3}}",
        "{\"size\":{\"shortest_edge\":\"big\"}}",
        "{\"size\":224,\"resample\":0}",
        "{\"size\":224,\"resample\":\"x\"}",
        "{\"size\":224,\"image_mean\":[0.5]}",
        "{\"size\":224,\"image_std\":[0.5,0.5,0]}",
        "{\"size\":224,\"image_std\":[0.5,\"x\",0.5]}",
        "{\"size\":{\"height\":224,\"width\":336}}",
        "{\"size\":{\"shortest_edge\":256},\"crop_size\":{\"height\":224,\"width\":224}}",
        "[]"
      })
  void aFileThatIsNoRecipeIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("preprocessor_config.json"), content);
    assertRefused(() -> Preprocessing.readHuggingFace(file), file.toString());
  }
}
