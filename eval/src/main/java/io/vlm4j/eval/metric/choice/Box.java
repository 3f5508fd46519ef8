package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.io.InputException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A rectangle in a picture, in pixels or in any other unit; its edges have no width.
 *
 * @param left not more than {@code right}
 * @param top not more than {@code bottom}
 */
public record Box(double left, double top, double right, double bottom) {
  /** Checks that the sides are in order. */
  public Box {
    if (!(left <= right && top <= bottom)) {
      throw new InputException(
          "a box from (%s, %s) to (%s, %s): left must not be beyond right, nor top below bottom"
              .formatted(left, top, right, bottom));
    }
  }

  /** COCO's form of a box. */
  public static Box ofSize(double left, double top, double width, double height) {
    return new Box(left, top, left + width, top + height);
  }

  /** Width times height. */
  public double area() {
    return (right - left) * (bottom - top);
  }

  /** Intersection over union; 0 where both have no area. */
  public double iou(Box other) {
    double width = Math.min(right, other.right) - Math.max(left, other.left);
    double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
    double common = Math.max(0, width) * Math.max(0, height);
    double union = area() + other.area() - common;
    return union == 0 ? 0 : common / union;
  }

  /** The overlap of boxes with the right ones; the score of all is the mean. */
  public static Scores meanIou(List<Box> boxes, List<Box> truths) {
    return Scores.mean("mean IoU", ious("mean IoU", boxes, truths));
  }

  /**
   * Accuracy of grounding as RefCOCO reports it: the share of boxes that overlap the right one by
   * more than {@code threshold}, usually 0.5.
   */
  public static Scores accuracyAt(double threshold, List<Box> boxes, List<Box> truths) {
    String name = "accuracy at IoU " + threshold;
    double[] ious = ious(name, boxes, truths);
    return Scores.mean(
        name,
        IntStream.range(0, ious.length).mapToDouble(i -> ious[i] > threshold ? 1 : 0).toArray());
  }

  private static double[] ious(String metric, List<Box> boxes, List<Box> truths) {
    Checks.sameSize(metric, "boxes", boxes.size(), "right boxes", truths.size());
    return IntStream.range(0, boxes.size())
        .mapToDouble(i -> boxes.get(i).iou(truths.get(i)))
        .toArray();
  }
}
