package io.vlm4j.data.download;

import io.vlm4j.image.Reencoding.Frame;
import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.Locale;

/** How pictures are brought to a size: img2dataset's modes, with its rounding. */
public enum ResizeMode {
  /** Not at all. */
  NO,
  /** The longer side becomes the size; the rest of a square is filled with white. */
  BORDER,
  /** The shorter side becomes the size. */
  KEEP_RATIO,
  /** The longer side becomes the size. */
  KEEP_RATIO_LARGEST,
  /** The shorter side becomes the size; of the longer one, the middle is kept. */
  CENTER_CROP;

  /**
   * The mode of that name.
   *
   * @throws InputException if there is none
   */
  public static ResizeMode of(String name) {
    return Arrays.stream(values())
        .filter(mode -> mode.toString().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "unknown resize mode '%s': use one of %s"
                    .formatted(name, Arrays.toString(values()))));
  }

  /** The name as it is written in options. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where a picture of that size goes. */
  Frame frame(int width, int height, int size, boolean onlyIfBigger) {
    int side =
        switch (this) {
          case NO -> size;
          case KEEP_RATIO, CENTER_CROP -> Math.min(width, height);
          case BORDER, KEEP_RATIO_LARGEST -> Math.max(width, height);
        };
    if (this == NO || (onlyIfBigger && side <= size)) {
      return Frame.of(width, height);
    }
    int w = scaled(width, size, side);
    int h = scaled(height, size, side);
    return switch (this) {
      case BORDER, CENTER_CROP -> new Frame(w, h, size, size);
      default -> Frame.of(w, h);
    };
  }

  /** Rounded half to even, as Python does; a sliver keeps one pixel. */
  private static int scaled(int length, int size, int side) {
    return (int) Math.max(1, Math.rint(length * ((double) size / side)));
  }
}
