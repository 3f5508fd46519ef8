package io.vlm4j.testing;

import java.util.Random;

/** Random inputs whose seed is printed, so that a failure can be repeated. */
public final class Randomness {
  private Randomness() {}

  /** A stream with a fresh seed; {@code -Dvlm4j.test.seed=...} repeats one. */
  public static Random fresh() {
    return seeded(Long.getLong("vlm4j.test.seed", new Random().nextLong()));
  }

  /** A stream with that seed. */
  public static Random seeded(long seed) {
    var caller = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    String test =
        caller.walk(frames ->
            frames
                .filter(frame -> frame.getDeclaringClass() != Randomness.class)
                .findFirst()
                .map(frame ->
                    frame.getDeclaringClass().getSimpleName() + "." + frame.getMethodName())
                .orElse("?"));
    System.out.println(test + ": seed " + seed);
    return new Random(seed);
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
