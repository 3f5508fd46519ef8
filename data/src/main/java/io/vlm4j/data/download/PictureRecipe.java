package io.vlm4j.data.download;

import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.Reencoding;
import io.vlm4j.io.InputException;

/**
 * What becomes of a picture that was fetched.
 *
 * @param mode how it is resized
 * @param size in pixels, of the side that the mode names; unused by {@link ResizeMode#NO}
 * @param onlyIfBigger whether pictures that are smaller stay as they are
 * @param encoding how it is written
 * @param reencode when it is written anew
 * @param minSize pictures with a shorter side are refused
 * @param maxAspectRatio pictures whose sides differ by more are refused
 * @param maxArea pictures of more pixels are refused, before memory is taken to decode them
 * @param exif whether its EXIF fields are kept in the metadata
 */
public record PictureRecipe(
    ResizeMode mode,
    int size,
    boolean onlyIfBigger,
    Reencoding encoding,
    Reencode reencode,
    int minSize,
    double maxAspectRatio,
    long maxArea,
    boolean exif) {
  /** When a picture is decoded and written anew. */
  public enum Reencode {
    /**
     * If its size or its format changes; otherwise the bytes stay what they were. Their end is
     * looked for, but a picture that is damaged in its midst is found only by who decodes it.
     */
    WHEN_NEEDED,
    /** Always, as img2dataset does unless told otherwise; each time costs quality. */
    ALWAYS,
    /** Never: pictures in all formats are kept as they are. Only without resizing. */
    NEVER
  }

  /** The pictures as they are, as JPEG of quality 95 where they are not JPEG. */
  public static final PictureRecipe DEFAULT =
      new PictureRecipe(
          ResizeMode.NO,
          256,
          false,
          new Reencoding(ImageFormat.JPEG, 95),
          Reencode.WHEN_NEEDED,
          0,
          Double.POSITIVE_INFINITY,
          50_000_000,
          true);

  private static final long MOST_PIXELS = 178_956_970;

  /** Checks the numbers, and that they fit one another. */
  public PictureRecipe {
    FetchLimits.within("size", size, 1, 16_384);
    FetchLimits.within("minSize", minSize, 0, 1 << 20);
    FetchLimits.within("maxArea", maxArea, 1, MOST_PIXELS);
    if (!(maxAspectRatio >= 1)) {
      throw new InputException("maxAspectRatio must be at least 1, not " + maxAspectRatio);
    }
    if (reencode == Reencode.NEVER && mode != ResizeMode.NO) {
      throw new InputException(
          "pictures cannot be resized (%s) without encoding them anew".formatted(mode));
    }
  }

  /** The same at another size. */
  public PictureRecipe withResize(ResizeMode other, int pixels, boolean onlyBigger) {
    return new PictureRecipe(
        other, pixels, onlyBigger, encoding, reencode, minSize, maxAspectRatio, maxArea, exif);
  }

  /** The same written otherwise. */
  public PictureRecipe withEncoding(Reencoding other, Reencode when) {
    return new PictureRecipe(
        mode, size, onlyIfBigger, other, when, minSize, maxAspectRatio, maxArea, exif);
  }

  /** The same for other pictures. */
  public PictureRecipe withFilter(int shortest, double ratio, long area) {
    return new PictureRecipe(
        mode, size, onlyIfBigger, encoding, reencode, shortest, ratio, area, exif);
  }

  /** The same with or without EXIF. */
  public PictureRecipe withExif(boolean keep) {
    return new PictureRecipe(
        mode, size, onlyIfBigger, encoding, reencode, minSize, maxAspectRatio, maxArea, keep);
  }
}
