package io.vlm4j.eval.metric;

import java.util.SplittableRandom;

/** Random numbers for rounds that run on any number of threads, in any order. */
public final class Draws {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Draws() {}

  /** The stream of one round, which depends on nothing but the seed and its number. */
  public static SplittableRandom of(long seed, long round) {
    return new SplittableRandom(seed * GOLDEN + round);
  }
}
