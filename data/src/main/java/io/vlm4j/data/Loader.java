package io.vlm4j.data;

import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/**
 * Prepares batches ahead of their use on threads of its own. They are the same whatever the number
 * of threads.
 *
 * <p>Memory is bounded: at most {@code threads + 1} batches wait. {@link #next} is for one thread.
 */
public final class Loader implements AutoCloseable {
  private final Batches batches;
  private final Collator collator;
  private final SkippedSamples skipped = new SkippedSamples();
  private final ExecutorService workers;
  private final ArrayDeque<Future<Batch>> ahead = new ArrayDeque<>();
  private final int depth;
  private long nextStep;
  private final long endStep;
  private long waitNanos;

  /**
   * Begins to prepare the batches of steps {@code firstStep} (inclusive) to {@code endStep}.
   *
   * @param threads that prepare batches, each a whole one
   */
  public Loader(Batches batches, Collator collator, int threads, long firstStep, long endStep) {
    this.batches = batches;
    this.collator = collator;
    this.endStep = endStep;
    nextStep = firstStep;
    depth = threads + 1;
    ThreadFactory factory = Thread.ofPlatform().daemon().name("vlm4j-loader-", 0).factory();
    workers =
        Executors.newFixedThreadPool(
            threads,
            work ->
                factory.newThread(() -> {
                  Engine.runInBackground();
                  work.run();
                }));
    fill();
  }

  /** The next step's batch; the caller closes it. Waits until it is ready. */
  public Batch next() {
    Future<Batch> first = ahead.remove();
    long start = System.nanoTime();
    try {
      return first.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for data");
    } finally {
      waitNanos += System.nanoTime() - start;
      fill();
    }
  }

  /** Time that {@link #next} has waited so far, in seconds. */
  public double waitSeconds() {
    return waitNanos / 1e9;
  }

  /** The samples that could not be used so far. */
  public SkippedSamples skipped() {
    return skipped;
  }

  /** Stops preparing and frees what waits. */
  @Override
  public void close() {
    workers.close();
    for (Future<Batch> waiting : ahead) {
      if (waiting.state() == Future.State.SUCCESS) {
        waiting.resultNow().close();
      }
    }
  }

  private void fill() {
    while (ahead.size() < depth && nextStep < endStep) {
      long step = nextStep++;
      ahead.add(workers.submit(() -> prepare(step)));
    }
  }

  private Batch prepare(long step) {
    return collator.collate(batches.rows(step, skipped), skipped);
  }
}
