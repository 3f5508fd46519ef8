package io.vlm4j.cli;

import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes and prepares pictures ahead of the model, in order. Memory is bounded: two batches of
 * prepared pictures, and one whole picture a thread.
 */
final class PictureReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PictureReader.class);

  private final Preprocessing preprocessing;
  private final int batchSize;
  private final ExecutorService workers;

  PictureReader(Preprocessing preprocessing, int batchSize) {
    this.preprocessing = preprocessing;
    this.batchSize = batchSize;
    workers =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().daemon().name("vlm4j-pictures-", 0).factory());
  }

  /** Takes batches. */
  @FunctionalInterface
  interface Target<E extends Exception> {
    /**
     * Takes the readable ones of the next files.
     *
     * @param positions where each is in the list of files
     * @param files how many files have been looked at so far
     */
    void take(List<Integer> positions, List<Pixels> squares, int files) throws E;
  }

  /** Hands over all files; those that cannot be read are named in the log and left out. */
  <E extends Exception> void read(List<Path> files, Target<E> target) throws E {
    var ahead = new ArrayDeque<Future<Optional<Pixels>>>();
    var positions = new ArrayList<Integer>();
    var squares = new ArrayList<Pixels>();
    int next = 0;
    for (int i = 0; i < files.size(); i++) {
      while (next < files.size() && ahead.size() < 2 * batchSize) {
        Path file = files.get(next++);
        ahead.add(workers.submit(() -> prepare(file)));
      }
      Optional<Pixels> square = await(ahead.remove());
      if (square.isPresent()) {
        positions.add(i);
        squares.add(square.get());
      }
      if (squares.size() == batchSize || (i == files.size() - 1 && !squares.isEmpty())) {
        target.take(List.copyOf(positions), List.copyOf(squares), i + 1);
        positions.clear();
        squares.clear();
      }
    }
  }

  private Optional<Pixels> prepare(Path file) {
    try {
      return Optional.of(preprocessing.square(ImageDecoder.read(file)));
    } catch (InputException e) {
      LOG.warn("skipped {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<Pixels> await(Future<Optional<Pixels>> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for pictures");
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
