package io.vlm4j.model;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How a checkpoint's tensors fitted a model, complete; names are the checkpoint's.
 *
 * @param missing what the model has and the checkpoint has not
 * @param unexpected what the checkpoint has and the model has not
 * @param misshapen what neither fits nor can be adapted
 * @param adapted what was fitted by interpolating or cutting positions
 * @param ignored what is no parameter, such as numbered positions
 */
public record LoadReport(
    List<Entry> missing,
    List<Entry> unexpected,
    List<Change> misshapen,
    List<Change> adapted,
    List<Entry> ignored) {
  private static final int SHOWN = 4;

  /** Copies the lists. */
  public LoadReport {
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    misshapen = List.copyOf(misshapen);
    adapted = List.copyOf(adapted);
    ignored = List.copyOf(ignored);
  }

  /** A tensor. */
  public record Entry(String name, List<Long> shape) {
    Entry(String name, long[] shape) {
      this(name, Arrays.stream(shape).boxed().toList());
    }

    @Override
    public String toString() {
      return "'" + name + "' " + shape;
    }
  }

  /** A tensor of another shape than the model's; {@code how} says what was done, if anything. */
  public record Change(String name, List<Long> found, List<Long> wanted, String how) {
    Change(String name, long[] found, long[] wanted, String how) {
      this(
          name, Arrays.stream(found).boxed().toList(), Arrays.stream(wanted).boxed().toList(), how);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "'%s' is %s instead of %s%s",
          name,
          found,
          wanted,
          how.isEmpty() ? "" : ": " + how);
    }
  }

  /** Whether every parameter has a value from the checkpoint, and nothing is left over. */
  public boolean isExact() {
    return isComplete() && unexpected.isEmpty();
  }

  /** Whether every parameter has a value from the checkpoint. */
  public boolean isComplete() {
    return missing.isEmpty() && misshapen.isEmpty();
  }

  /** Every difference, one line each. */
  public List<String> lines() {
    var lines = new ArrayList<String>();
    missing.forEach(entry -> lines.add("no " + entry));
    misshapen.forEach(change -> lines.add(change.toString()));
    unexpected.forEach(entry -> lines.add("unknown " + entry));
    adapted.forEach(change -> lines.add(change.toString()));
    return lines;
  }

  /**
   * Refuses what is not exact, in one line that names the first differences.
   *
   * @throws InputException if the report is not exact; {@code place} names the checkpoint
   */
  public void requireExact(String place) {
    if (isExact()) {
      return;
    }
    List<String> all = lines().subList(0, missing.size() + misshapen.size() + unexpected.size());
    int shown = Math.min(all.size(), SHOWN);
    throw new InputException(
        place
            + " does not fit the model: "
            + String.join(", ", all.subList(0, shown))
            + (all.size() > shown ? " and " + (all.size() - shown) + " more" : ""));
  }
}
