package io.vlm4j.data;

import java.util.Iterator;

/**
 * Writes samples as the files of a layout, shard by shard.
 *
 * <p>A shard appears under its name only when it is complete, so that after a stop at any moment
 * what {@link #has} is whole, and the rest can be written again. Different shards may be written by
 * different threads.
 */
public interface Sink {
  /**
   * What a sample is called in its shard, where no second one may be called the same; empty if it
   * needs no name.
   *
   * @throws io.vlm4j.io.InputException if the sample does not fit the layout
   */
  default String member(Sample sample) {
    return "";
  }

  /** Whether a shard is written already, whole. */
  boolean has(int shard);

  /**
   * Writes one shard.
   *
   * @param shard counts from 0
   * @throws io.vlm4j.io.InputException if a sample does not fit the layout, or the disk is full
   */
  void write(int shard, Iterator<Sample> samples);

  /** Writes what describes all shards together, when they are complete. */
  void finish();
}
