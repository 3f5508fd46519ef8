package io.vlm4j.image;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.vlm4j.io.InputException;
import java.util.Arrays;

/**
 * What a picture file says of itself, without decoding a pixel: some ten microseconds where
 * decoding takes milliseconds.
 *
 * @param format of the file
 * @param width in pixels, as {@link ImageDecoder#decode(byte[])} gives them
 * @param height in pixels
 * @param ended whether the file ends as files of its format do; one that does not is truncated, or
 *     has something behind its end
 * @param simple whether the pixels are of the usual kind: no ink colours, no animation, no traps
 * @param exif the TIFF structure in its EXIF segment; empty if there is none
 */
public record ImageHeader(
    ImageFormat format, int width, int height, boolean ended, boolean simple, byte[] exif) {
  private static final byte[] NO_EXIF = new byte[0];

  /**
   * Reads the header of {@code file}, the bytes of an image file.
   *
   * @throws InputException if they are no picture, or end within the header
   */
  public static ImageHeader read(byte[] file) {
    try {
      ImageHeader header =
          switch (ImageFormat.of(file)) {
            case JPEG -> jpeg(JpegHeader.read(file));
            case PNG -> png(Bytes.of(file));
            case WEBP -> webp(WebpContainer.read(file));
            case GIF -> gif(Bytes.of(file));
            case BMP -> bmp(Bytes.of(file));
            case TIFF -> tiff(file);
          };
      if (header.width < 1 || header.height < 1) {
        throw new InputException(
            "damaged picture: its size is " + header.width + " x " + header.height);
      }
      return header;
    } catch (IndexOutOfBoundsException e) {
      throw new InputException("truncated picture: its data end too early", e);
    }
  }

  private static ImageHeader jpeg(JpegHeader header) {
    if (header.scans() == 0) {
      throw new InputException("truncated picture: a JPEG file without data");
    }
    return new ImageHeader(
        ImageFormat.JPEG,
        header.width(),
        header.height(),
        header.ended(),
        header.components() != 4 && header.scans() <= JpegDecoder.MAX_SCANS,
        copy(header.exif()));
  }

  private static ImageHeader png(Bytes file) {
    Bytes exif = Bytes.NONE;
    boolean ended = false;
    boolean animated = false;
    for (long at = 8; at + 12 <= file.length() && !ended; ) {
      long length = file.u32(at, BIG_ENDIAN);
      ended = file.has(at + 4, "IEND");
      animated |= file.has(at + 4, "acTL");
      if (file.has(at + 4, "eXIf") && at + 12 + length <= file.length()) {
        exif = file.part(at + 8, length);
      }
      at += 12 + length;
    }
    return new ImageHeader(
        ImageFormat.PNG,
        size(file.u32(16, BIG_ENDIAN)),
        size(file.u32(20, BIG_ENDIAN)),
        ended,
        !animated,
        copy(exif));
  }

  private static ImageHeader webp(WebpContainer webp) {
    boolean still = webp.left() == 0 && webp.top() == 0;
    return new ImageHeader(
        ImageFormat.WEBP, webp.width(), webp.height(), true, still, copy(webp.exif()));
  }

  private static ImageHeader gif(Bytes file) {
    return new ImageHeader(
        ImageFormat.GIF,
        file.u16(6, LITTLE_ENDIAN),
        file.u16(8, LITTLE_ENDIAN),
        file.u8(file.length() - 1L) == 0x3b,
        false,
        NO_EXIF);
  }

  private static ImageHeader bmp(Bytes file) {
    boolean old = file.u32(14, LITTLE_ENDIAN) == 12;
    long width = old ? file.u16(18, LITTLE_ENDIAN) : (int) file.u32(18, LITTLE_ENDIAN);
    long height = old ? file.u16(20, LITTLE_ENDIAN) : (int) file.u32(22, LITTLE_ENDIAN);
    boolean ended = file.u32(2, LITTLE_ENDIAN) <= file.length();
    return new ImageHeader(
        ImageFormat.BMP, size(width), size(Math.abs(height)), ended, false, NO_EXIF);
  }

  private static ImageHeader tiff(byte[] file) {
    var directory = TiffDirectory.of(Bytes.of(file));
    int width = size(directory.number(TiffDirectory.WIDTH));
    int height = size(directory.number(TiffDirectory.HEIGHT));
    // The decoder turns these.
    boolean swapped = Orientation.in(Bytes.of(file)).compareTo(Orientation.TRANSPOSED) >= 0;
    return new ImageHeader(
        ImageFormat.TIFF, swapped ? height : width, swapped ? width : height, true, false, file);
  }

  private static int size(long claimed) {
    return claimed < 0 || claimed > Integer.MAX_VALUE ? 0 : (int) claimed;
  }

  private static byte[] copy(Bytes part) {
    return part.length() == 0
        ? NO_EXIF
        : Arrays.copyOfRange(part.array(), part.start(), part.start() + part.length());
  }
}
