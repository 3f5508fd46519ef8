package io.vlm4j.data;

/** Is told how far something is that takes long. */
@FunctionalInterface
public interface ProgressListener {
  /** So many samples are done, of all. */
  void advanced(long done, long all);
}
