package io.vlm4j.data;

import java.util.List;

/**
 * A piece of a source that is opened as one: an archive, a table, a group of rows, a folder.
 *
 * <p>Safe for any number of threads.
 */
public interface Shard {
  /** Names the shard, for messages. */
  String name();

  /** How many samples it holds. May read the whole shard once, but decodes nothing. */
  int size();

  /**
   * Its samples, by position. A sample is made when it is asked for, and its pictures are read when
   * they are asked for; what was opened is released with the last reference to it.
   *
   * <p>{@link List#get} throws {@link io.vlm4j.io.InputException} for a damaged record, naming it;
   * the others stay readable.
   *
   * @throws io.vlm4j.io.InputException if nothing of the shard can be read
   */
  List<Sample> open();

  /** Samples that are in memory already. */
  static Shard of(String name, List<Sample> samples) {
    return new Shard() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public int size() {
        return samples.size();
      }

      @Override
      public List<Sample> open() {
        return samples;
      }
    };
  }
}
