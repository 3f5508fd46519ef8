package io.vlm4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.image.Reencoding.Frame;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReencodingTest {
  private static final Reencoding PNG = new Reencoding(ImageFormat.PNG, 1);
  private static final Reencoding JPEG = new Reencoding(ImageFormat.JPEG, 95);

  private static byte[] reencode(Reencoding how, byte[] file, Frame frame) {
    return how.apply(file, ImageHeader.read(file), frame);
  }

  private static byte[] file(String format, BufferedImage image) throws IOException {
    var bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({"png, PNG", "jpg, JPEG", "gif, GIF", "bmp, BMP", "tif, TIFF"})
  void headerTellsTheSizeOfEveryFormat(String name, ImageFormat format) throws IOException {
    byte[] file = file(name, Pictures.noise(31, 17, 1).toBufferedImage());

    ImageHeader header = ImageHeader.read(file);

    assertThat(header.format()).isEqualTo(format);
    assertThat(header.width()).isEqualTo(31);
    assertThat(header.height()).isEqualTo(17);
    assertThat(header.ended()).isTrue();
  }

  @Test
  void headerOfWebp() {
    byte[] file =
        reencode(
            new Reencoding(ImageFormat.WEBP, 80),
            ImageEncoder.png(Pictures.noise(31, 17, 1)),
            Frame.of(31, 17));

    ImageHeader header = ImageHeader.read(file);

    assertThat(header.format()).isEqualTo(ImageFormat.WEBP);
    assertThat(header.width()).isEqualTo(31);
    assertThat(header.height()).isEqualTo(17);
  }

  @ParameterizedTest
  @CsvSource({"png", "jpg", "gif"})
  void headerTellsThatTheEndIsMissing(String format) throws IOException {
    byte[] file = file(format, Pictures.noise(31, 17, 1).toBufferedImage());

    assertThat(ImageHeader.read(Arrays.copyOf(file, file.length - 20)).ended()).isFalse();
    assertThatThrownBy(() -> ImageHeader.read(Arrays.copyOf(file, 7)))
        .isInstanceOf(InputException.class);
  }

  @Test
  void sameSizeInPngLosesNothing() {
    Pixels picture = Pictures.noise(31, 17, 1);

    byte[] file = reencode(PNG, ImageEncoder.png(picture), Frame.of(31, 17));

    assertThat(ImageDecoder.decode(file)).isEqualTo(picture);
  }

  @Test
  void shrinkingTakesTheMean() {
    var rgb = new byte[3 * 4];
    Arrays.fill(rgb, 0, 6, (byte) 100);

    byte[] file = reencode(PNG, ImageEncoder.png(new Pixels(2, 2, rgb)), Frame.of(1, 1));

    assertThat(ImageDecoder.decode(file)).isEqualTo(Pictures.plain(1, 1, 0x323232));
  }

  @Test
  void transparentPicturesArePutOnWhite() throws IOException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0xff102030);

    Pixels picture = ImageDecoder.decode(reencode(PNG, file("png", image), Frame.of(2, 1)));

    assertThat(picture)
        .isEqualTo(
            new Pixels(2, 1, new byte[] {0x10, 0x20, 0x30, (byte) 255, (byte) 255, (byte) 255}));
  }

  @Test
  void largeJpegIsShrunkNearlyAsIfItHadBeenDecodedWhole() throws IOException {
    Pixels coarse = Pictures.noise(20, 20, 7);
    Pixels smooth = Resize.resize(coarse, 640, 640, Resize.Filter.BICUBIC);
    byte[] jpeg = reencode(JPEG, ImageEncoder.png(smooth), Frame.of(640, 640));

    Pixels quick = ImageDecoder.decode(reencode(PNG, jpeg, Frame.of(80, 80)));
    Pixels whole = Resize.resize(ImageDecoder.decode(jpeg), 80, 80, Resize.Filter.BOX);

    int largest = 0;
    for (int i = 0; i < whole.rgb().length; i++) {
      largest = Math.max(largest, Math.abs((whole.rgb()[i] & 0xff) - (quick.rgb()[i] & 0xff)));
    }
    assertThat(largest).isLessThanOrEqualTo(3);
  }

  @Test
  void damageIsNamed() {
    byte[] png = ImageEncoder.png(Pictures.noise(31, 17, 1));

    assertThatThrownBy(() -> reencode(JPEG, Arrays.copyOf(png, png.length - 100), Frame.of(31, 17)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("truncated");
  }
}
