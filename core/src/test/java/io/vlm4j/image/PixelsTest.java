package io.vlm4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PixelsTest {
  private static final byte[] TWO = {10, 20, 30, (byte) 200, (byte) 255, 0};

  @Test
  void valuesAreReadByColumnRowAndChannel() {
    var pixels = new Pixels(1, 2, TWO);
    assertThat(pixels.get(0, 0, 2)).isEqualTo(30);
    assertThat(pixels.get(0, 1, 0)).isEqualTo(200);
    assertThat(pixels.get(0, 1, 1)).isEqualTo(255);
  }

  @Test
  void transparencyLetsTheBackgroundThrough() {
    var pixels = new Pixels(2, 1, TWO, new byte[] {0, (byte) 255});
    assertThat(pixels.over(1, 2, 3))
        .isEqualTo(new Pixels(2, 1, new byte[] {1, 2, 3, TWO[3], TWO[4], 0}));
    Pixels half = new Pixels(1, 1, new byte[] {0, 100, (byte) 255}, new byte[] {(byte) 128});
    // (value * 128 + ground * 127) / 255, rounded
    assertThat(half.over(255, 255, 255))
        .isEqualTo(new Pixels(1, 1, new byte[] {127, (byte) 177, (byte) 255}));
  }

  @Test
  void anOpaquePictureIsItselfOnAnyBackground() {
    var pixels = new Pixels(2, 1, TWO);
    assertThat(pixels.over(9, 9, 9)).isSameAs(pixels);
  }

  @Test
  void picturesAreEqualIfAllTheirValuesAre() {
    byte[] alpha = {1, 2};
    var pixels = new Pixels(2, 1, TWO, alpha);
    assertThat(pixels)
        .isEqualTo(new Pixels(2, 1, TWO.clone(), alpha.clone()))
        .hasSameHashCodeAs(new Pixels(2, 1, TWO.clone(), alpha.clone()))
        .isNotEqualTo(new Pixels(2, 1, TWO))
        .isNotEqualTo(new Pixels(1, 2, TWO, alpha))
        .isNotEqualTo(new Pixels(2, 1, TWO, new byte[] {1, 3}))
        .isNotEqualTo(new Pixels(2, 1, new byte[6], alpha))
        .isNotEqualTo("pixels");
    assertThat(pixels).hasToString("Pixels[2 x 1]");
  }

  @Test
  void bytesThatAreNoPictureOfTheSizeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Pixels(2, 2, TWO));
    assertThatIllegalArgumentException().isThrownBy(() -> new Pixels(0, 0, new byte[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> new Pixels(-1, -2, TWO));
    assertThatIllegalArgumentException().isThrownBy(() -> new Pixels(2, 1, TWO, new byte[1]));
  }

  @Test
  void aPngHoldsTheSamePixels() {
    var pixels = new Pixels(2, 1, TWO);
    assertThat(ImageDecoder.decode(ImageEncoder.png(pixels))).isEqualTo(pixels);
    assertThat(pixels.toBufferedImage().getRGB(1, 0) & 0xffffff).isEqualTo(0xc8ff00);
  }

  @Test
  void javasOwnPicturesHaveTheSamePixelsAndOpacity() {
    var opaque = new Pixels(2, 1, TWO);
    var pierced = new Pixels(2, 1, TWO, new byte[] {(byte) 255, 7});
    assertThat(Pixels.of(opaque.toBufferedImage())).isEqualTo(opaque);
    assertThat(Pixels.of(pierced.toBufferedImage())).isEqualTo(pierced);
  }

  @Test
  void aTransparentPictureBecomesAPngOnWhite() {
    var pixels = new Pixels(2, 1, TWO, new byte[] {0, (byte) 255});
    assertThat(ImageDecoder.decode(ImageEncoder.png(pixels))).isEqualTo(pixels.over(255, 255, 255));
  }
}
