package io.vlm4j.image;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.vlm4j.io.InputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The chunks of a WebP file that matter: its picture, or the first of an animation. Opacity is not
 * even decoded.
 *
 * @param width of the canvas, in pixels
 * @param height of the canvas
 * @param left where the picture lies on the canvas
 * @param top where the picture lies on the canvas
 * @param image the chunk of compressed pixels, with its name and length
 * @param exif the TIFF structure in the EXIF chunk
 */
record WebpContainer(int width, int height, int left, int top, Bytes image, Bytes exif) {
  static WebpContainer read(byte[] bytes) {
    Bytes file = Bytes.of(bytes);
    long end = file.u32(4, LITTLE_ENDIAN) + 8;
    if (end > file.length()) {
      throw new InputException("truncated picture: fewer bytes than its header says");
    }
    Bytes canvas = Bytes.NONE;
    Bytes frame = Bytes.NONE;
    Bytes image = Bytes.NONE;
    Bytes exif = Bytes.NONE;
    for (long at = 12; at + 8 <= end; ) {
      long length = file.u32(at + 4, LITTLE_ENDIAN);
      if (file.has(at, "VP8X")) {
        canvas = file.part(at + 8, length);
      } else if (file.has(at, "ANMF") && frame.length() == 0) {
        frame = file.part(at + 8, length);
      } else if (isImage(file, at) && image.length() == 0) {
        image = file.part(at, 8 + length);
      } else if (file.has(at, "EXIF")) {
        exif = file.part(at + 8, length);
      }
      at += 8 + length + (length & 1);
    }
    if (exif.has(0, "Exif\0\0")) {
      exif = exif.part(6, exif.length() - 6L);
    }
    return frame.length() > 0 ? animated(canvas, frame, exif) : still(canvas, image, exif);
  }

  private static boolean isImage(Bytes file, long at) {
    return file.has(at, "VP8 ") || file.has(at, "VP8L");
  }

  private static WebpContainer still(Bytes canvas, Bytes image, Bytes exif) {
    int width = widthOf(image);
    int height = heightOf(image);
    if (canvas.length() > 0 && (u24(canvas, 4) + 1 != width || u24(canvas, 7) + 1 != height)) {
      throw new InputException("damaged picture: it has two sizes");
    }
    return new WebpContainer(width, height, 0, 0, image, exif);
  }

  private static WebpContainer animated(Bytes canvas, Bytes frame, Bytes exif) {
    int width = u24(canvas, 4) + 1;
    int height = u24(canvas, 7) + 1;
    int left = 2 * u24(frame, 0);
    int top = 2 * u24(frame, 3);
    Bytes image = Bytes.NONE;
    for (long at = 16; at + 8 <= frame.length() && image.length() == 0; ) {
      long length = frame.u32(at + 4, LITTLE_ENDIAN);
      if (isImage(frame, at)) {
        image = frame.part(at, 8 + length);
      }
      at += 8 + length + (length & 1);
    }
    if (left + widthOf(image) > width || top + heightOf(image) > height) {
      throw new InputException("damaged picture: a frame lies outside of the canvas");
    }
    return new WebpContainer(width, height, left, top, image, exif);
  }

  private static int u24(Bytes bytes, int at) {
    return bytes.u16(at, LITTLE_ENDIAN) | bytes.u8(at + 2) << 16;
  }

  private static int widthOf(Bytes image) {
    return image.has(0, "VP8 ")
        ? image.u16(14, LITTLE_ENDIAN) & 0x3fff
        : (int) (image.u32(9, LITTLE_ENDIAN) & 0x3fff) + 1;
  }

  private static int heightOf(Bytes image) {
    return image.has(0, "VP8 ")
        ? image.u16(16, LITTLE_ENDIAN) & 0x3fff
        : (int) (image.u32(9, LITTLE_ENDIAN) >> 14 & 0x3fff) + 1;
  }

  Pixels decode(ImageDecoder.Options options) {
    options.check(width, height);
    int w = widthOf(image);
    int h = heightOf(image);
    options.check(w, h);
    Pixels picture = NativeDecoder.decode(alone(), w, h);
    if (w == width && h == height) {
      return picture;
    }
    var rgb = new byte[3 * width * height]; // the rest of the canvas is transparent black
    for (int y = 0; y < h; y++) {
      System.arraycopy(picture.rgb(), 3 * y * w, rgb, 3 * ((top + y) * width + left), 3 * w);
    }
    return new Pixels(width, height, rgb);
  }

  /** A file of that picture and nothing else. */
  private byte[] alone() {
    int padded = image.length() + (image.length() & 1);
    var file = ByteBuffer.allocate(12 + padded).order(LITTLE_ENDIAN);
    file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(4 + padded);
    file.put("WEBP".getBytes(StandardCharsets.US_ASCII));
    file.put(image.array(), image.start(), image.length());
    return file.array();
  }
}
