package io.vlm4j.io.hub;

/** Hears how a download goes; called from several threads, by one at a time. */
public interface Progress {
  /** Hears nothing. */
  Progress NONE = (_, _) -> {};

  /**
   * Files are about to be fetched; not called if all are there.
   *
   * @param repository {@code ORG/NAME}
   * @param files how many
   * @param bytes their size, without what an earlier attempt has left
   */
  default void begin(String repository, int files, long bytes) {}

  /** So many bytes of so many have arrived. */
  void advance(long done, long all);
}
