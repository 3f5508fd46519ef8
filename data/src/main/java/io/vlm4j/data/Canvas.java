package io.vlm4j.data;

import io.vlm4j.image.Pixels;

/**
 * A square picture being changed: red, green and blue in [0, 1], already multiplied by the opacity,
 * and the opacity; {@code size * size} values each.
 */
final class Canvas {
  private final int size;
  private final float[][] colours;
  private final float[] opacity;

  private Canvas(int size, float[][] colours, float[] opacity) {
    this.size = size;
    this.colours = colours;
    this.opacity = opacity;
  }

  static Canvas of(Pixels square) {
    int area = square.width() * square.height();
    var canvas = new Canvas(square.width(), new float[3][area], new float[area]);
    for (int i = 0; i < area; i++) {
      canvas.opacity[i] = 1;
      for (int c = 0; c < 3; c++) {
        canvas.colours[c][i] = (square.rgb()[3 * i + c] & 0xff) / 255f;
      }
    }
    return canvas;
  }

  /**
   * Draws a picture through an affine map, with bilinear interpolation.
   *
   * @param inverse from target to source coordinates, both in [-1, 1]: {@code [a b tx; c d ty]};
   *     beyond the source all is transparent, or the border goes on if the source is opaque
   */
  static Canvas warp(Pixels source, int size, double[] inverse) {
    var canvas = new Canvas(size, new float[3][size * size], new float[size * size]);
    int w = source.width();
    int h = source.height();
    // Target pixel (x, y) comes from (x0 + ax x + bx y, y0 + ay x + by y).
    float ax = (float) (inverse[0] * w / size);
    float bx = (float) (inverse[1] * w / size);
    float ay = (float) (inverse[3] * h / size);
    float by = (float) (inverse[4] * h / size);
    double half = 1.0 / size - 1; // centre of the first pixel
    float x0 = (float) (((inverse[0] * half + inverse[1] * half + inverse[2] + 1) * w - 1) / 2);
    float y0 = (float) (((inverse[3] * half + inverse[4] * half + inverse[5] + 1) * h - 1) / 2);
    for (int y = 0, i = 0; y < size; y++) {
      for (int x = 0; x < size; x++, i++) {
        canvas.sample(source, x0 + ax * x + bx * y, y0 + ay * x + by * y, i);
      }
    }
    return canvas;
  }

  private void sample(Pixels source, float sx, float sy, int i) {
    int x = (int) Math.floor(sx);
    int y = (int) Math.floor(sy);
    float fx = sx - x;
    float fy = sy - y;
    byte[] rgb = source.rgb();
    byte[] alpha = source.alpha();
    float r = 0;
    float g = 0;
    float b = 0;
    float a = 0;
    for (int tap = 0; tap < 4; tap++) {
      boolean isRight = (tap & 1) == 1;
      boolean isBelow = tap > 1;
      int at = place(source, isRight ? x + 1 : x, isBelow ? y + 1 : y);
      if (at >= 0) {
        float share = (isRight ? fx : 1 - fx) * (isBelow ? fy : 1 - fy);
        if (alpha != null) {
          share *= (alpha[at] & 0xff) * (1 / 255f);
        }
        float scaled = share * (1 / 255f);
        a += share;
        r += scaled * (rgb[3 * at] & 0xff);
        g += scaled * (rgb[3 * at + 1] & 0xff);
        b += scaled * (rgb[3 * at + 2] & 0xff);
      }
    }
    opacity[i] = a;
    colours[0][i] = r;
    colours[1][i] = g;
    colours[2][i] = b;
  }

  /** The index of a source pixel, at the border of an opaque source; -1 beyond any other. */
  private static int place(Pixels source, int x, int y) {
    int w = source.width();
    int h = source.height();
    if (x >= 0 && y >= 0 && x < w && y < h) {
      return y * w + x;
    }
    return source.alpha() == null ? Math.clamp(y, 0, h - 1) * w + Math.clamp(x, 0, w - 1) : -1;
  }

  /** {@code colour = matrix colour + offset}, kept between black and white. */
  void recolour(double[][] matrix, double offset) {
    var m = new float[9];
    for (int k = 0; k < 9; k++) {
      m[k] = (float) matrix[k / 3][k % 3];
    }
    float base = (float) offset;
    for (int i = 0; i < opacity.length; i++) {
      float a = opacity[i];
      float r = colours[0][i];
      float g = colours[1][i];
      float b = colours[2][i];
      colours[0][i] = between(m[0] * r + m[1] * g + m[2] * b + base * a, a);
      colours[1][i] = between(m[3] * r + m[4] * g + m[5] * b + base * a, a);
      colours[2][i] = between(m[6] * r + m[7] * g + m[8] * b + base * a, a);
    }
  }

  /** The picture on a ground of one colour. */
  Pixels over(float[] ground) {
    var rgb = new byte[3 * opacity.length];
    for (int i = 0; i < opacity.length; i++) {
      float through = 1 - opacity[i];
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (255 * between(colours[c][i] + through * ground[c], 1) + 0.5f);
      }
    }
    return new Pixels(size, size, rgb);
  }

  /** From 0 to a bound; {@link Math#clamp}, with its checks, took a sixth of a loader's time. */
  private static float between(float value, float most) {
    return value < 0 ? 0 : value > most ? most : value;
  }
}
