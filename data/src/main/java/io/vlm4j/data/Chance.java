package io.vlm4j.data;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Random numbers for a place in a run: any place can be reached without passing the others. */
public final class Chance {
  private Chance() {}

  /** The generator of that place. */
  public static RandomGenerator of(long seed, long step, long row) {
    return new SplittableRandom(mix(seed, step, row));
  }

  /** One number from several, well spread. */
  public static long mix(long... parts) {
    long hash = 0x9e3779b97f4a7c15L;
    for (long part : parts) {
      hash ^= part;
      hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
      hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
      hash ^= hash >>> 31;
    }
    return hash;
  }

  /** The numbers from 0 to {@code count - 1} in an order by chance. */
  public static int[] permutation(int count, RandomGenerator chance) {
    var order = new int[count];
    for (int i = 0; i < count; i++) { // inside-out shuffle
      int j = chance.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
