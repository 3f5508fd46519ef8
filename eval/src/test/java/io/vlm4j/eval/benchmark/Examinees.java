package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.image.Pixels;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** Examinees of known behaviour. */
final class Examinees {
  private Examinees() {}

  /** Gives every pair one score. */
  static Examinee constant(float score) {
    return pairs("constant", (_, _) -> score);
  }

  /**
   * Gives each picture and text a score: pictures are told apart by their first pixel, so give them
   * different ones. Vectors are one-hot in pictures.
   */
  static Examinee pairs(String name, BiFunction<Integer, String, Float> score) {
    return new Examinee() {
      private static final int COLOURS = 256;

      @Override
      public String name() {
        return name;
      }

      @Override
      public Set<Ability> abilities() {
        return EnumSet.of(Ability.EMBED);
      }

      @Override
      public float[][] pictureVectors(List<Pixels> pictures) {
        var rows = new float[pictures.size()][COLOURS];
        for (int i = 0; i < rows.length; i++) {
          rows[i][pictures.get(i).get(0, 0, 0)] = 1;
        }
        return rows;
      }

      @Override
      public float[][] textVectors(List<String> texts) {
        var rows = new float[texts.size()][COLOURS];
        for (int i = 0; i < rows.length; i++) {
          for (int c = 0; c < COLOURS; c++) {
            rows[i][c] = score.apply(c, texts.get(i));
          }
        }
        return rows;
      }
    };
  }

  /** A picture of one pixel that {@link #pairs} knows by its number, up to 255. */
  static Picture picture(int number) {
    return Picture.drawn(
        "picture " + number, () -> new Pixels(1, 1, new byte[] {(byte) number, 0, 0}));
  }
}
