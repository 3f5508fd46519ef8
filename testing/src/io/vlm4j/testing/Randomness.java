package io.vlm4j.testing;

import java.util.Random;

/** Random inputs whose seed is printed, so that a failure can be repeated. */
public final class Randomness {
  private Randomness() {}

  /**
   * A stream for this test: the same in every run, so that a build that passed does not fail by
   * chance. {@code -Dvlm4j.test.seed=fresh} draws a new seed, to look for what others find; a
   * number repeats one.
   */
  public static Random ofTest() {
    String test = caller();
    String wish = System.getProperty("vlm4j.test.seed", "");
    return switch (wish) {
      case "" -> seeded(test, test.hashCode());
      case "fresh" -> seeded(test, new Random().nextLong());
      default -> seeded(test, Long.parseLong(wish));
    };
  }

  /** A stream with that seed. */
  public static Random seeded(long seed) {
    return seeded(caller(), seed);
  }

  private static Random seeded(String test, long seed) {
    System.out.println(test + ": seed " + seed);
    return new Random(seed);
  }

  private static String caller() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames ->
            frames
                .filter(frame -> frame.getDeclaringClass() != Randomness.class)
                .findFirst()
                .map(frame ->
                    frame.getDeclaringClass().getSimpleName() + "." + frame.getMethodName())
                .orElse("?"));
  }

  /** Normal values. */
  public static float[] normal(Random random, int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
