package io.vlm4j.data;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Resize;
import io.vlm4j.io.InputException;
import java.util.random.RandomGenerator;

/**
 * Random changes of a picture in training that leave its meaning as it is. A description as data;
 * zeros (and {@code minArea}, {@code minScale}, {@code maxScale} of 1) switch a change off.
 *
 * @param minArea a crop of at least this share of the picture, at an aspect of 3/4 to 4/3, is blown
 *     up to the whole
 * @param flip how often the picture is mirrored
 * @param rotation largest angle to either side, in degrees
 * @param minScale smallest size, relative to the whole picture
 * @param maxScale largest size
 * @param shift largest move to either side, relative to the side of the picture
 * @param shear largest shear to either side
 * @param aspect largest change of the aspect, as a logarithm
 * @param contrast largest change of the contrast, as a logarithm
 * @param saturation largest change of the saturation, as a logarithm
 * @param brightness largest change of the brightness, relative to white
 * @param tint largest change of each of red, green and blue, as a logarithm
 * @param grey how often all colour is taken away
 * @param background how often a transparent picture stands on a random colour, otherwise on white
 */
public record Augmentation(
    double minArea,
    double flip,
    double rotation,
    double minScale,
    double maxScale,
    double shift,
    double shear,
    double aspect,
    double contrast,
    double saturation,
    double brightness,
    double tint,
    double grey,
    double background) {
  /** Nothing is changed. */
  public static final Augmentation NONE =
      new Augmentation(1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** OpenCLIP's: a crop of 90 to 100 % of the picture. */
  public static final Augmentation CROP =
      new Augmentation(0.9, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private static final double[] IDENTITY = {1, 0, 0, 0, 1, 0};

  /** Checks the numbers. */
  public Augmentation {
    if (!(minArea > 0 && minArea <= 1)) {
      throw new InputException("minArea must lie in (0, 1], not " + minArea);
    }
    if (!(minScale > 0 && minScale <= maxScale && Double.isFinite(maxScale))) {
      throw new InputException("0 < minScale <= maxScale must hold");
    }
    requireShare("flip", flip);
    requireShare("grey", grey);
    requireShare("background", background);
    requireBound("rotation", rotation);
    requireBound("shift", shift);
    requireBound("shear", shear);
    requireBound("aspect", aspect);
    requireBound("contrast", contrast);
    requireBound("saturation", saturation);
    requireBound("brightness", brightness);
    requireBound("tint", tint);
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new InputException(name + " must lie in [0, 1], not " + value);
    }
  }

  private static void requireBound(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new InputException(name + " must be at least 0, not " + value);
    }
  }

  /** A square picture of the size that {@code preprocessing} asks for, changed by chance. */
  public Pixels apply(Pixels picture, Preprocessing preprocessing, RandomGenerator chance) {
    Pixels whole = minArea < 1 ? crop(picture, chance) : picture;
    boolean inColour = contrast > 0 || saturation > 0 || brightness > 0 || tint > 0 || grey > 0;
    if (!movesPixels() && !inColour && background == 0) {
      return preprocessing.square(whole.over(255, 255, 255));
    }
    int size = preprocessing.size();
    Canvas canvas;
    if (movesPixels()) {
      canvas = Canvas.warp(whole, size, inverse(chance));
    } else if (whole.alpha() != null && background > 0) {
      canvas = Canvas.warp(whole, size, IDENTITY); // resizing would drop the opacity
    } else {
      canvas = Canvas.of(preprocessing.square(whole.over(255, 255, 255)));
    }
    if (inColour) {
      recolour(canvas, chance);
    }
    float[] ground = {1, 1, 1};
    if (chance.nextDouble() < background) {
      for (int c = 0; c < 3; c++) {
        ground[c] = chance.nextFloat();
      }
    }
    return canvas.over(ground);
  }

  private boolean movesPixels() {
    return flip > 0
        || rotation > 0
        || minScale < 1
        || maxScale > 1
        || shift > 0
        || shear > 0
        || aspect > 0;
  }

  private Pixels crop(Pixels picture, RandomGenerator chance) {
    int width = picture.width();
    int height = picture.height();
    for (int attempt = 0; attempt < 10; attempt++) {
      double area = width * (double) height * (minArea + (1 - minArea) * chance.nextDouble());
      double ratio = Math.exp(symmetric(Math.log(4.0 / 3), chance));
      int w = (int) Math.round(Math.sqrt(area * ratio));
      int h = (int) Math.round(Math.sqrt(area / ratio));
      if (w >= 1 && h >= 1 && w <= width && h <= height) {
        int side = Math.max(w, h);
        Pixels part =
            cut(picture, chance.nextInt(width - w + 1), chance.nextInt(height - h + 1), w, h);
        return Resize.resize(part, side, side, Resize.Filter.BICUBIC);
      }
    }
    return picture;
  }

  private static Pixels cut(Pixels picture, int left, int top, int width, int height) {
    Pixels opaque = picture.over(255, 255, 255);
    var rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      System.arraycopy(
          opaque.rgb(), 3 * ((top + y) * picture.width() + left), rgb, 3 * y * width, 3 * width);
    }
    return new Pixels(width, height, rgb);
  }

  /** Where each target pixel comes from, both in [-1, 1]: {@code [a b tx; c d ty]}. */
  private double[] inverse(RandomGenerator chance) {
    double angle = Math.toRadians(symmetric(rotation, chance));
    double scale = minScale + (maxScale - minScale) * chance.nextDouble();
    double stretch = Math.exp(symmetric(aspect, chance));
    double skew = symmetric(shear, chance);
    double mirror = chance.nextDouble() < flip ? -1 : 1;
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    return new double[] {
      cos * mirror / scale * stretch,
      (skew - sin) / scale,
      2 * symmetric(shift, chance),
      sin * mirror / scale * stretch,
      cos / scale / stretch,
      2 * symmetric(shift, chance)
    };
  }

  private void recolour(Canvas canvas, RandomGenerator chance) {
    double gain = Math.exp(symmetric(contrast, chance));
    double colour = chance.nextDouble() < grey ? 0 : Math.exp(symmetric(saturation, chance));
    double offset = symmetric(brightness, chance) + (1 - gain) * 0.5;
    double[] luma = {0.299, 0.587, 0.114};
    var matrix = new double[3][3];
    for (int to = 0; to < 3; to++) {
      double channel = gain * Math.exp(symmetric(tint, chance));
      for (int from = 0; from < 3; from++) {
        matrix[to][from] = channel * ((1 - colour) * luma[from] + (to == from ? colour : 0));
      }
    }
    canvas.recolour(matrix, offset);
  }

  private static double symmetric(double bound, RandomGenerator chance) {
    return bound * (2 * chance.nextDouble() - 1);
  }
}
