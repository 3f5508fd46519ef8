package io.vlm4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.download.PictureMaker.Made;
import io.vlm4j.data.download.PictureRecipe.Reencode;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.ImageHeader;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Reencoding;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PictureMakerTest {
  private static final PictureRecipe RECIPE = PictureRecipe.DEFAULT;

  private static Made make(PictureRecipe recipe, byte[] file) throws DownloadFailure {
    return new PictureMaker(recipe).make(file, "", "image/x");
  }

  /** The expected sizes are worked out by hand from the rules of img2dataset's resizer. */
  @ParameterizedTest
  @CsvSource({
    "no, 101, 67, 64, 101, 67",
    "border, 101, 67, 64, 64, 64",
    "keep_ratio, 101, 67, 64, 96, 64",
    "keep_ratio_largest, 101, 67, 64, 64, 42",
    "center_crop, 101, 67, 64, 64, 64",
    "keep_ratio, 20, 30, 64, 64, 96",
    "border, 20, 30, 64, 64, 64",
    "keep_ratio, 900, 600, 32, 48, 32",
  })
  void modesGiveTheirSizes(
      String mode, int width, int height, int size, int newWidth, int newHeight) throws Exception {
    PictureRecipe recipe = RECIPE.withResize(ResizeMode.of(mode), size, false);

    Made made = make(recipe, TestPictures.jpeg(width, height));

    ImageHeader header = ImageHeader.read(made.bytes());
    assertThat(header.width()).isEqualTo(newWidth).isEqualTo(made.width());
    assertThat(header.height()).isEqualTo(newHeight).isEqualTo(made.height());
    assertThat(made.originalWidth()).isEqualTo(width);
    assertThat(made.originalHeight()).isEqualTo(height);
  }

  @Test
  void smallPicturesStayIfOnlyBiggerOnesAreResized() throws Exception {
    byte[] file = TestPictures.jpeg(20, 30);

    assertThat(make(RECIPE.withResize(ResizeMode.BORDER, 64, true), file).bytes()).isEqualTo(file);
    assertThat(make(RECIPE.withResize(ResizeMode.KEEP_RATIO, 20, true), file).bytes())
        .isEqualTo(file);
    assertThat(make(RECIPE.withResize(ResizeMode.KEEP_RATIO_LARGEST, 24, true), file).height())
        .isEqualTo(24);
  }

  @Test
  void borderIsWhiteAndThePictureInItsMiddle() throws Exception {
    byte[] file = ImageEncoder.png(Pictures.plain(40, 20, 0x204060));
    PictureRecipe recipe =
        RECIPE
            .withResize(ResizeMode.BORDER, 20, false)
            .withEncoding(new Reencoding(ImageFormat.PNG, 6), Reencode.WHEN_NEEDED);

    Pixels pixels = ImageDecoder.decode(make(recipe, file).bytes());

    assertThat(colour(pixels, 10, 4)).isEqualTo(0xffffff);
    assertThat(colour(pixels, 10, 5)).isEqualTo(0x204060);
    assertThat(colour(pixels, 10, 14)).isEqualTo(0x204060);
    assertThat(colour(pixels, 10, 15)).isEqualTo(0xffffff);
  }

  @Test
  void cropKeepsTheMiddle() throws Exception {
    var rgb = new byte[3 * 40 * 20];
    for (int i = 0; i < 40 * 20; i++) {
      rgb[3 * i] = (byte) (i % 40); // red tells the column
    }
    PictureRecipe recipe =
        RECIPE
            .withResize(ResizeMode.CENTER_CROP, 20, false)
            .withEncoding(new Reencoding(ImageFormat.PNG, 6), Reencode.WHEN_NEEDED);

    Pixels pixels =
        ImageDecoder.decode(make(recipe, ImageEncoder.png(new Pixels(40, 20, rgb))).bytes());

    assertThat(pixels.get(0, 0, 0)).isEqualTo(10);
    assertThat(pixels.get(19, 19, 0)).isEqualTo(29);
  }

  private static int colour(Pixels pixels, int x, int y) {
    return pixels.get(x, y, 0) << 16 | pixels.get(x, y, 1) << 8 | pixels.get(x, y, 2);
  }

  @ParameterizedTest
  @EnumSource(
      value = ImageFormat.class,
      names = {"JPEG", "PNG", "WEBP"})
  void formatsAreWritten(ImageFormat format) throws Exception {
    PictureRecipe recipe = RECIPE.withEncoding(new Reencoding(format, 9), Reencode.ALWAYS);

    Made made = make(recipe, TestPictures.jpeg(40, 20));

    assertThat(made.format()).isEqualTo(format).isEqualTo(ImageFormat.of(made.bytes()));
  }

  @Test
  void otherFormatsBecomeJpegUnlessNothingIsToBeReencoded() throws Exception {
    byte[] png = TestPictures.png(40, 20);

    assertThat(make(RECIPE, png).format()).isEqualTo(ImageFormat.JPEG);
    Made kept = make(RECIPE.withEncoding(RECIPE.encoding(), Reencode.NEVER), png);
    assertThat(kept.format()).isEqualTo(ImageFormat.PNG);
    assertThat(kept.bytes()).isSameAs(png);
  }

  @Test
  void unwantedPicturesAreNamed() {
    byte[] file = TestPictures.jpeg(90, 20);

    assertThatThrownBy(() -> make(RECIPE.withFilter(21, 9, 1_000_000), file))
        .hasMessage("image too small");
    assertThatThrownBy(() -> make(RECIPE.withFilter(0, 4, 1_000_000), file))
        .hasMessage("aspect ratio too large");
    assertThatThrownBy(() -> make(RECIPE.withFilter(0, 9, 1_000), file))
        .hasMessage("image area too large");
  }

  @Test
  void exifIsOneLineOfJson() throws Exception {
    byte[] file = TestPictures.jpegWithExif(40, 20);

    assertThat(make(RECIPE, file).exif())
        .isEqualTo(
            "{\"Image Make\":\"ACME\",\"Image Orientation\":\"Right side, top (Rotate 90 CW)\"}");
    assertThat(make(RECIPE.withExif(false), file).exif()).isNull();
  }

  @Test
  void orientationTurnsNothing() throws Exception {
    byte[] file = TestPictures.jpegWithExif(40, 20);

    Made made = make(RECIPE.withResize(ResizeMode.KEEP_RATIO, 10, false), file);

    assertThat(made.width()).isEqualTo(20);
    assertThat(made.height()).isEqualTo(10);
  }

  @Test
  void impossibleRecipesAreRefused() {
    assertThatThrownBy(() -> new Reencoding(ImageFormat.PNG, 95))
        .isInstanceOf(InputException.class)
        .hasMessage("the quality of png must lie in [0, 9], not 95");
    assertThatThrownBy(() -> new Reencoding(ImageFormat.GIF, 1)).isInstanceOf(InputException.class);
    assertThatThrownBy(() ->
            RECIPE
                .withResize(ResizeMode.BORDER, 9, false)
                .withEncoding(RECIPE.encoding(), Reencode.NEVER))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> ResizeMode.of("squash"))
        .hasMessageStartingWith("unknown resize mode 'squash': use one of [no, border,");
  }
}
