package io.vlm4j.image;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decodes image files to RGB as Pillow's {@code convert("RGB")} does: transparency is dropped, grey
 * is repeated, colour profiles are not applied, of an animation the first frame is taken. JPEG,
 * PNG, WebP, GIF, BMP and TIFF are known; the bytes say which, not a name. Nothing is written to
 * disk.
 */
public final class ImageDecoder {
  /**
   * What a caller may choose.
   *
   * @param upright whether to turn and mirror the picture as its EXIF orientation says, as Pillow's
   *     {@code ImageOps.exif_transpose} does; OpenCLIP and transformers do not. TIFF files always
   *     are
   * @param maxPixels larger pictures are refused before memory is taken: a small file can claim any
   *     size
   */
  public record Options(boolean upright, long maxPixels) {
    /** As stored, up to the number of pixels where Pillow warns. */
    public static final Options DEFAULT = new Options(false, 178_956_970);

    /** Checks the limit, which also bounds what a Java array holds. */
    public Options {
      if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 4) {
        throw new InputException(
            "maxPixels must lie in [1, " + Integer.MAX_VALUE / 4 + "], not " + maxPixels);
      }
    }

    /** Refuses a picture that claims more than the limit, or nothing. */
    void check(long width, long height) {
      if (width < 1 || height < 1) {
        throw new InputException("damaged picture: its size is " + width + " x " + height);
      }
      if (height > maxPixels / width) {
        throw new InputException(
            "the picture claims %s pixels; at most %d are read"
                .formatted(Long.toUnsignedString(width * height), maxPixels));
      }
    }
  }

  private ImageDecoder() {}

  /**
   * The picture in a file, as stored.
   *
   * @throws InputException if it cannot be read, or is no picture, a truncated one, or one of too
   *     many pixels; the file is named
   */
  public static Pixels read(Path file) {
    try {
      return decode(Files.readAllBytes(file));
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The picture in {@code file}, the bytes of an image file, as stored.
   *
   * @throws InputException if they are no picture, a truncated one, or one of too many pixels
   */
  public static Pixels decode(byte[] file) {
    return decode(file, Options.DEFAULT);
  }

  /**
   * The picture in {@code file}, the bytes of an image file.
   *
   * @throws InputException if they are no picture, a truncated one, or one of too many pixels
   */
  public static Pixels decode(byte[] file, Options options) {
    try {
      return switch (ImageFormat.of(file)) {
        case JPEG -> {
          var header = JpegHeader.read(file);
          yield turned(JpegDecoder.decode(file, header, options), header.exif(), options);
        }
        case PNG -> {
          var png = new PngDecoder(file, options);
          yield turned(png.decode(), png.exif(), options);
        }
        case WEBP -> {
          var webp = WebpContainer.read(file);
          yield turned(webp.decode(options), webp.exif(), options);
        }
        case TIFF -> // which Pillow turns unasked
            Orientation.in(Bytes.of(file)).apply(TiffDecoder.decode(file, options));
        case GIF -> new GifDecoder(file, options).decode();
        case BMP -> new BmpDecoder(file, options).decode();
      };
    } catch (IndexOutOfBoundsException e) { // every decoder reads through Bytes
      throw new InputException("truncated picture: its data end too early", e);
    }
  }

  private static Pixels turned(Pixels picture, Bytes exif, Options options) {
    return options.upright ? Orientation.in(exif).apply(picture) : picture;
  }
}
