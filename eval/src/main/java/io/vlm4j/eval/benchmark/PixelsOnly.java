package io.vlm4j.eval.benchmark;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Resize;
import java.util.List;
import java.util.Set;

/**
 * Someone who has learned nothing: a picture is its 16 x 16 colours, less their mean, as a unit
 * vector; texts are all alike.
 */
public final class PixelsOnly implements Examinee {
  private static final int SIDE = 16;
  private static final int WIDTH = 3 * SIDE * SIDE;

  @Override
  public String name() {
    return "pixels only";
  }

  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.EMBED);
  }

  @Override
  public float[][] pictureVectors(List<Pixels> pictures) {
    return pictures.parallelStream().map(PixelsOnly::vector).toArray(float[][]::new);
  }

  @Override
  public float[][] textVectors(List<String> texts) {
    return new float[texts.size()][WIDTH];
  }

  private static float[] vector(Pixels picture) {
    Pixels small = Resize.resize(picture.over(255, 255, 255), SIDE, SIDE, Resize.Filter.BILINEAR);
    var vector = new float[WIDTH];
    float mean = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = small.rgb()[i] & 0xff;
      mean += vector[i] / vector.length;
    }
    double square = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] -= mean;
      square += vector[i] * vector[i];
    }
    float scale = (float) (1 / Math.sqrt(Math.max(1e-12, square)));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }
}
