package io.vlm4j.data;

import io.vlm4j.data.Collator.Row;
import java.util.List;

/**
 * Which samples make up the batch of each step: a function of the step alone, so that a training
 * resumes anywhere, and any number of threads prepares batches. Safe for any number of threads.
 */
public interface Batches {
  /** Number of batches of an epoch. */
  int batchesPerEpoch();

  /**
   * The rows of a batch.
   *
   * @param skipped is told of damaged records; the batch is smaller without them
   */
  List<Row> rows(long step, SkippedSamples skipped);
}
