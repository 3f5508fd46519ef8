package io.vlm4j.data;

import io.vlm4j.tensor.Batch;
import java.util.List;
import java.util.random.RandomGenerator;

/** Turns samples into what a model reads. Called by several threads at once. */
public interface Collator {
  /** A sample of a batch, with its own source of chance. */
  record Row(Sample sample, RandomGenerator chance) {}

  /**
   * One batch; the caller closes it.
   *
   * @param skipped is told of every sample that cannot be used; the batch is smaller without it
   */
  Batch collate(List<Row> rows, SkippedSamples skipped);
}
