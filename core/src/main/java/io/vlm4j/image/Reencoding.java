package io.vlm4j.image;

import io.vlm4j.io.InputException;

/**
 * Makes another file of a picture file, at another size: decoded, resized and encoded in native
 * memory, with the means of OpenCV that img2dataset uses. Shrinking takes the mean of what a pixel
 * covers, enlarging is Lanczos; a transparent picture is put on white. For the pixels that models
 * are fed with, {@link Resize} is exact; this is for storing data sets.
 *
 * <p>Takes about the size of the decoded picture, or of its halved, quartered form where a JPEG is
 * shrunk much. One thread; safe for any number of them.
 *
 * @param format JPEG, PNG or WebP
 * @param quality of JPEG and WebP 1 to 100, of PNG the compression 0 to 9
 */
public record Reencoding(ImageFormat format, int quality) {
  /** Checks the quality. */
  public Reencoding {
    int least = format == ImageFormat.PNG ? 0 : 1;
    int most = format == ImageFormat.PNG ? 9 : 100;
    switch (format) {
      case JPEG, PNG, WEBP -> {
        if (quality < least || quality > most) {
          throw new InputException(
              "the quality of %s must lie in [%d, %d], not %d"
                  .formatted(format.ending(), least, most, quality));
        }
      }
      case GIF, BMP, TIFF ->
          throw new InputException(
              "pictures are written as jpg, png or webp, not as " + format.ending());
    }
  }

  /**
   * Where the picture goes: it is resized, then set in the middle of a white canvas, which cuts off
   * what does not fit.
   *
   * @param width of the resized picture
   * @param height of the resized picture
   * @param canvasWidth of the result
   * @param canvasHeight of the result
   */
  public record Frame(int width, int height, int canvasWidth, int canvasHeight) {
    /** A picture without margin or cut. */
    public static Frame of(int width, int height) {
      return new Frame(width, height, width, height);
    }
  }

  /**
   * The bytes of the new file.
   *
   * @param file the old file
   * @param header what it says of itself
   * @throws InputException if it cannot be decoded, or is truncated
   */
  public byte[] apply(byte[] file, ImageHeader header, Frame frame) {
    return NativeReencoder.run(this, file, header, frame);
  }
}
