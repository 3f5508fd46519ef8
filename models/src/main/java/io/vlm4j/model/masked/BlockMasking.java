package io.vlm4j.model.masked;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Chooses the patches of a picture that are hidden: rectangles, one after the other, until enough
 * patches are covered. BEiT's block-wise masking (2106.08254), with which FLAVA hides pictures.
 *
 * <p>A rectangle's area is drawn evenly between {@code leastBlock} and what is still wanted, its
 * aspect ratio evenly on a logarithmic scale between 0.3 and 1/0.3, its place evenly. One that is
 * as wide or as high as the grid, that covers nothing new, or that covers more than is still wanted
 * is drawn again, ten times at most; then the picture keeps what it has. So a picture may end with
 * fewer hidden patches than wanted, and never with more.
 *
 * @param side of the grid of patches
 * @param wanted number of patches to hide
 * @param leastBlock the smallest area that a rectangle is drawn with; while less is wanted, areas
 *     lie between the two
 */
public record BlockMasking(int side, int wanted, int leastBlock) {
  private static final int TRIES = 10;
  private static final double LOG_ASPECT = Math.log(1 / 0.3);

  /** Checks the numbers. */
  public BlockMasking {
    if (wanted < 1 || wanted >= side * side) {
      throw new InputException(
          "of %d x %d patches, at least 1 and not all must be hidden, not %d"
              .formatted(side, side, wanted));
    }
    if (leastBlock < 1) {
      throw new InputException("a block has at least 1 patch, not " + leastBlock);
    }
  }

  /** Which patches are hidden, row by row; at least one is. */
  public boolean[] draw(RandomGenerator chance) {
    var hidden = new boolean[side * side];
    int covered = 0;
    int added = cover(hidden, wanted, chance);
    while (added > 0) {
      covered += added;
      added = covered < wanted ? cover(hidden, wanted - covered, chance) : 0;
    }
    if (covered == 0) {
      hidden[chance.nextInt(hidden.length)] = true; // a loss over nothing teaches nothing
    }
    return hidden;
  }

  /** Hides one more rectangle; the number of patches that it added, 0 if none was found. */
  int cover(boolean[] hidden, int most, RandomGenerator chance) {
    for (int i = 0; i < TRIES; i++) {
      double area = leastBlock + chance.nextDouble() * (most - leastBlock);
      double aspect = Math.exp((2 * chance.nextDouble() - 1) * LOG_ASPECT);
      int height = (int) Math.round(Math.sqrt(area * aspect));
      int width = (int) Math.round(Math.sqrt(area / aspect));
      if (height < 1 || width < 1 || height >= side || width >= side) {
        continue;
      }
      int top = chance.nextInt(side - height + 1);
      int left = chance.nextInt(side - width + 1);
      int added = visible(hidden, top, left, height, width);
      if (added > 0 && added <= most) {
        for (int row = top; row < top + height; row++) {
          Arrays.fill(hidden, row * side + left, row * side + left + width, true);
        }
        return added;
      }
    }
    return 0;
  }

  private int visible(boolean[] hidden, int top, int left, int height, int width) {
    int count = 0;
    for (int row = top; row < top + height; row++) {
      for (int column = left; column < left + width; column++) {
        count += hidden[row * side + column] ? 0 : 1;
      }
    }
    return count;
  }
}
