package io.vlm4j.data.source;

import io.vlm4j.data.store.Stores;
import io.vlm4j.io.InputException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Maps of the far files that were fetched last. A file is opened for its size, and then again for
 * each of its row groups: it is fetched once, as long as not too many others come in between, and
 * by one thread, while those who want the same file wait for it.
 *
 * <p>Cost: room on the disk for {@value #KEPT} files, until Java ends. A file that changes where it
 * is stored is seen as it was.
 */
final class FarFiles {
  private static final int KEPT = 4;

  @SuppressWarnings("serial")
  private static final Map<String, CompletableFuture<MemorySegment>> LAST =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(
            Map.Entry<String, CompletableFuture<MemorySegment>> eldest) {
          return size() > KEPT;
        }
      };

  private FarFiles() {}

  /**
   * The file at an address.
   *
   * @throws InputException if it cannot be fetched; the next who asks tries again
   */
  static MemorySegment map(String address) {
    var mine = new CompletableFuture<MemorySegment>();
    CompletableFuture<MemorySegment> first;
    synchronized (LAST) {
      first = LAST.putIfAbsent(address, mine);
    }
    return first == null ? fetch(address, mine) : waitFor(first);
  }

  private static MemorySegment fetch(String address, CompletableFuture<MemorySegment> mine) {
    try {
      MemorySegment map = DataFile.mapAndForget(Stores.fetch(address));
      mine.complete(map);
      return map;
    } catch (RuntimeException | Error e) {
      synchronized (LAST) {
        LAST.remove(address, mine);
      }
      mine.completeExceptionally(e);
      throw e;
    }
  }

  private static MemorySegment waitFor(CompletableFuture<MemorySegment> first) {
    try {
      return first.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof InputException input
          ? new InputException(String.valueOf(input.getMessage()), input)
          : e;
    }
  }
}
