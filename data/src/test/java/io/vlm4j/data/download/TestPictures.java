package io.vlm4j.data.download;

import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.ImageHeader;
import io.vlm4j.image.Reencoding;
import io.vlm4j.testing.Pictures;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Files of pictures. */
final class TestPictures {
  private TestPictures() {}

  static byte[] png(int width, int height) {
    return ImageEncoder.png(Pictures.noise(width, height, 1));
  }

  static byte[] jpeg(int width, int height) {
    byte[] png = png(width, height);
    return new Reencoding(ImageFormat.JPEG, 90)
        .apply(png, ImageHeader.read(png), Reencoding.Frame.of(width, height));
  }

  /** A JPEG whose EXIF says that the camera lay on its side, and was made by ACME. */
  static byte[] jpegWithExif(int width, int height) {
    byte[] tiff =
        HexFormat.of()
            .parseHex(
                "49492a0008000000" // little endian, directory at 8
                    + "0200" // two entries
                    + "0f01020005000000"
                    + "26000000" // Make: 5 bytes of text, at 38
                    + "1201030001000000"
                    + "06000000" // Orientation: 6
                    + "00000000" // no other directory
                    + "41434d4500");
    byte[] jpeg = jpeg(width, height);
    var file = new ByteArrayOutputStream();
    file.write(jpeg, 0, 2);
    file.writeBytes(new byte[] {(byte) 0xff, (byte) 0xe1, 0, (byte) (tiff.length + 8)});
    file.writeBytes(new byte[] {'E', 'x', 'i', 'f', 0, 0});
    file.writeBytes(tiff);
    file.write(jpeg, 2, jpeg.length - 2);
    return file.toByteArray();
  }
}
