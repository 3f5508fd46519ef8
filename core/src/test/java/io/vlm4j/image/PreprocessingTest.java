package io.vlm4j.image;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Preprocessing.Mode;
import io.vlm4j.image.Preprocessing.Size;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
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
        "{\"size\":224,\"resample\":6}",
        "{\"size\":224,\"resample\":\"x\"}",
        "{\"size\":224,\"image_mean\":[0.5]}",
        "{\"size\":224,\"image_std\":[0.5,0.5,0]}",
        "{\"size\":224,\"image_std\":[0.5,\"x\",0.5]}",
        "{\"size\":{\"shortest_edge\":224},\"crop_size\":{\"height\":256,\"width\":256}}",
        "{\"size\":{\"shortest_edge\":224,\"longest_edge\":400}}",
        "{\"size\":{\"longest_edge\":400}}",
        "{\"size\":224,\"do_center_crop\":false}",
        "{\"size\":224,\"do_rescale\":\"no\"}",
        "{\"size\":224,\"rescale_factor\":0}",
        "{\"size\":224,\"do_pad\":true}",
        "{\"size\":{\"height\":8,\"width\":8},\"do_pad\":true,"
            + "\"image_processor_type\":\"LlavaImageProcessor\"}",
        "{\"size\":224,\"image_processor_type\":\"PixtralImageProcessor\"}",
        "[]"
      })
  void aFileThatIsNoRecipeIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("preprocessor_config.json"), content);
    assertRefused(() -> Preprocessing.readHuggingFace(file), file.toString());
  }

  /** The numbers are Pillow's: the picture pasted on (122, 116, 104), then resized. */
  @ParameterizedTest
  @CsvSource({
    "false,"
        + " 493cac653cae843db0a03eb11564ff5766d99f68aee16a843a53d36e5483a6564bda58767b6f667b6f667a6f67796f6d",
    "true,"
        + " 493cac1564fa3a53d47b6f66653cae5766d96d54837b6f66843db09f68aea7564b7a6f67a03eb2e16a84da5876796f6d",
  })
  void aPictureIsPutOnASquareOfTheMeansColour(boolean isHigh, String expected) {
    var rgb = new byte[3 * 7 * 4];
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 7; x++) {
        int at = 3 * (isHigh ? 4 * x + y : 7 * y + x);
        rgb[at] = (byte) (37 * x + 11 * y);
        rgb[at + 1] = (byte) (90 * y + x);
        rgb[at + 2] = (byte) (255 - 20 * x * y);
      }
    }
    Pixels picture = isHigh ? new Pixels(4, 7, rgb) : new Pixels(7, 4, rgb);
    var recipe = Preprocessing.clip(4).withMode(Preprocessing.Mode.SQUARED);
    assertThat(HexFormat.of().formatHex(recipe.square(picture).rgb())).isEqualTo(expected);
  }

  @Test
  void llavasProcessorsAreReadAndWrittenBack() throws IOException {
    Preprocessing padded =
        huggingFace("{\"image_processor_type\":\"LlavaImageProcessorFast\",\"do_pad\":true}");
    assertThat(padded).isEqualTo(Preprocessing.clip(224).withMode(Preprocessing.Mode.SQUARED));
    assertThat(huggingFace(Json.toText(padded.toHuggingFace()))).isEqualTo(padded);
    assertRefused(padded::toOpenClip, "SQUARED");
    assertThat(huggingFace("{\"image_processor_type\":\"LlavaImageProcessor\"}"))
        .isEqualTo(Preprocessing.clip(224));
    assertThat(
            huggingFace("{\"image_processor_type\":\"LlavaNextImageProcessor\",\"do_pad\":true}"))
        .isEqualTo(Preprocessing.clip(224));
  }

  private Preprocessing huggingFace(String content) throws IOException {
    return Preprocessing.readHuggingFace(
        Files.writeString(folder.resolve("preprocessor_config.json"), content));
  }

  private Preprocessing openClip(String content) throws IOException {
    return Preprocessing.ofOpenClip(
        Json.readObject(Files.writeString(folder.resolve("open_clip_config.json"), content)));
  }

  @Test
  void whatHuggingFacesFileDoesNotSayHasTheProcessorsDefault() throws IOException {
    assertThat(huggingFace("{\"image_processor_type\":\"CLIPImageProcessorFast\"}"))
        .isEqualTo(Preprocessing.clip(224));
    assertThat(huggingFace("{\"feature_extractor_type\":\"CLIPFeatureExtractor\",\"size\":224}"))
        .isEqualTo(Preprocessing.clip(224));
    assertThat(huggingFace("{\"image_processor_type\":\"SiglipImageProcessor\"}"))
        .isEqualTo(Preprocessing.sigLip(224));
  }

  @Test
  void stepsThatAreSwitchedOffAreNotDone() throws IOException {
    Preprocessing recipe =
        huggingFace("{\"size\":2,\"do_resize\":false,\"do_normalize\":false,\"do_rescale\":false}");
    var target = new float[12];
    Pixels picture =
        new Pixels(3, 2, new byte[] {9, 9, 9, 1, 2, 3, 4, 5, 6, 9, 9, 9, 7, 8, 9, 10, 11, 12});
    // (3 - 2) / 2 rounds to 0
    recipe.normalize(recipe.square(picture), target, 0);
    assertThat(target).containsExactly(9, 1, 9, 7, 9, 2, 9, 8, 9, 3, 9, 9);
    assertRefused(() -> recipe.square(new Pixels(1, 2, new byte[6])), "1 x 2");
  }

  @Test
  void aLargerPictureIsCropped() throws IOException {
    Preprocessing recipe =
        huggingFace(
            "{\"size\":{\"shortest_edge\":256},\"crop_size\":{\"height\":224,\"width\":192}}");
    assertThat(recipe.resized()).isEqualTo(Size.square(256));
    assertThat(recipe.result()).isEqualTo(new Size(192, 224));
    assertRefused(recipe::size, "192 x 224");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"size\":{\"shortest_edge\":256},\"crop_size\":{\"height\":224,\"width\":192}}",
        "{\"size\":{\"height\":64,\"width\":96},\"resample\":2}",
        "{\"size\":{\"height\":64,\"width\":96},\"do_center_crop\":true,\"crop_size\":32}",
        "{\"size\":64,\"do_resize\":false,\"do_rescale\":false}",
        "{\"size\":64,\"do_normalize\":false,\"rescale_factor\":0.0078125}"
      })
  void huggingFacesFormOfARecipeIsTheSameRecipe(String content) throws IOException {
    Preprocessing recipe = huggingFace(content);
    assertThat(huggingFace(recipe.toHuggingFace().toString())).isEqualTo(recipe);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"size\":32}",
        "{\"size\":[32,48],\"resize_mode\":\"longest\",\"fill_color\":127}",
        "{\"size\":32,\"resize_mode\":\"squash\",\"interpolation\":\"bilinear\",\"mean\":0,\"std\":1}",
        "{\"size\":[32,48],\"mean\":[0.5,0.5,0.5],\"std\":[0.5,0.5,0.5]}"
      })
  void openClipsFormOfARecipeIsTheSameRecipe(String content) throws IOException {
    Preprocessing recipe = openClip("{\"preprocess_cfg\":" + content + "}");
    assertThat(openClip("{\"preprocess_cfg\":" + recipe.toOpenClip() + "}")).isEqualTo(recipe);
  }

  @Test
  void openClipsFileIsRead() throws IOException {
    assertThat(
            Preprocessing.ofOpenClip(
                Json.readObject(Fixtures.folder("openclip-tiny").resolve("open_clip_config.json"))))
        .isEqualTo(Preprocessing.clip(64));
    Preprocessing recipe =
        openClip(
            "{\"preprocess_cfg\":{\"size\":[4,8],\"resize_mode\":\"longest\",\"fill_color\":9}}");
    assertThat(recipe.result()).isEqualTo(new Size(8, 4));
    Pixels picture = recipe.square(new Pixels(1, 1, new byte[] {1, 2, 3}));
    assertThat(picture.get(1, 0, 0)).isEqualTo(9);
    assertThat(picture.get(2, 0, 1)).isEqualTo(2);
    assertThat(picture.get(5, 3, 2)).isEqualTo(3);
    assertThat(picture.get(6, 3, 2)).isEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}; size",
        "{\"size\":\"big\"}; size",
        "{\"size\":32,\"mode\":\"L\"}; mode",
        "{\"size\":32,\"resize_mode\":\"border\"}; resize_mode",
        "{\"size\":32,\"interpolation\":\"nearest\"}; interpolation",
        "{\"size\":32,\"fill_color\":256}; 256",
        "{\"size\":32,\"mean\":[1,2]}; mean"
      })
  void whatIsNoRecipeOfOpenClipIsRefusedByName(String content, String named) {
    assertRefused(() -> openClip("{\"preprocess_cfg\":" + content + "}"), named);
  }

  @Test
  void whatAFileCannotSayIsNotWritten() {
    var longest =
        new Preprocessing(
            8, Mode.LONGEST, Resize.Filter.BOX, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    assertRefused(longest::toHuggingFace, "LONGEST");
    assertRefused(longest::toOpenClip, "BOX");
  }
}
