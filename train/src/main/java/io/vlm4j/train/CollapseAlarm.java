package io.vlm4j.train;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Notices that a training destroys the model it began with: features that become all equal, or a
 * score that falls far below the first. Each is told once.
 */
public final class CollapseAlarm {
  private static final double NEAR = 0.01;
  private static final double HAD_LEARNED = 0.9;
  private static final int STANDING = 5;

  private final OptionalDouble collapsedLoss;
  private final double start;
  private double lowest = Double.MAX_VALUE;
  private int standing;
  private boolean lossTold;
  private boolean scoreTold;

  /**
   * Watches a training.
   *
   * @param collapsedLoss the loss of a batch of which all features are equal; empty where it is not
   *     known
   * @param start the score of the model that the training began with; 0 for none
   */
  public CollapseAlarm(OptionalDouble collapsedLoss, double start) {
    this.collapsedLoss = collapsedLoss;
    this.start = start;
  }

  /**
   * Looks at the mean loss of the last steps.
   *
   * @return what to tell, if it has risen to that of equal features, or stands there
   */
  public Optional<String> loss(double mean) {
    double collapsed = collapsedLoss.orElse(0);
    if (lossTold || collapsed <= 0) {
      return Optional.empty();
    }
    lowest = Math.min(lowest, mean);
    standing = Math.abs(mean - collapsed) < NEAR * collapsed ? standing + 1 : 0;
    boolean hasRisen = lowest < HAD_LEARNED * collapsed && mean >= (1 - NEAR) * collapsed;
    if (!hasRisen && standing < STANDING) {
      return Optional.empty();
    }
    lossTold = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "the loss is %.2f, that of a model to which all pictures are alike (%.2f): try a tenth"
                + " of the learning rate, a larger batch, or --lock-image",
            mean,
            collapsed));
  }

  /**
   * Looks at a score of the weights as they are now.
   *
   * @return what to tell, if it is below half of the first
   */
  public Optional<String> score(double now) {
    if (scoreTold || now >= start / 2) {
      return Optional.empty();
    }
    scoreTold = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "the recall has fallen from %.3f to %.3f: the model forgets what it knew; try a tenth"
                + " of the learning rate, a smaller layerDecay, or --lock-image",
            start,
            now));
  }
}
