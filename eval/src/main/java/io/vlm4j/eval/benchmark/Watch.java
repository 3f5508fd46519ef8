package io.vlm4j.eval.benchmark;

/** Is told how far a benchmark is. */
@FunctionalInterface
public interface Watch {
  /** Tells nobody. */
  Watch NONE = (_, _) -> {};

  /** So many samples are done, of all. */
  void done(long samples, long all);
}
