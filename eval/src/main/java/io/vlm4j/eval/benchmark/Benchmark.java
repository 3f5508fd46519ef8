package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.io.InputException;
import org.jspecify.annotations.Nullable;

/** Questions with known answers, and a rule that scores what a model says to them. */
public abstract class Benchmark {
  private final Heading heading;
  private @Nullable TestData data;

  /** A benchmark of that heading. */
  protected Benchmark(Heading heading) {
    this.heading = heading;
  }

  /**
   * What is known of a benchmark before it is asked.
   *
   * @param name short, for the command line and for files, such as {@code winoground}
   * @param protocol the rules
   * @param dataName what it asks about, for people
   * @param needs what it needs
   * @param baseline someone who lacks what should matter, such as sight: what it scores, the task
   *     gives away
   */
  public record Heading(
      String name, Protocol protocol, String dataName, Ability needs, Examinee baseline) {}

  /** A short name for the command line and for files. */
  public final String name() {
    return heading.name;
  }

  /** The rules. */
  public final Protocol protocol() {
    return heading.protocol;
  }

  /** What it needs. */
  public final Ability needs() {
    return heading.needs;
  }

  /** Who is asked the same without what should matter. */
  public final Examinee baseline() {
    return heading.baseline;
  }

  /** What is asked about. Reads all of it, once. */
  public final synchronized TestData data() {
    if (data == null) {
      var hash = new TestData.Hash();
      addTo(hash);
      data = hash.sum(heading.dataName);
    }
    return data;
  }

  /** Adds everything that a score depends on, in its order, and counts samples. */
  protected abstract void addTo(TestData.Hash hash);

  /**
   * Asks everything.
   *
   * @throws InputException if it cannot be asked
   */
  public abstract Outcome run(Examinee who, Watch watch);

  /** The picture of an {@link Outcome.Example}. */
  public abstract Picture picture(String example);
}
