package io.vlm4j.data.download;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;

/**
 * Lets in so many requests at one time, and so many to each host. A host's turn comes first, so
 * that those who wait for a busy host keep no others from theirs.
 */
final class HostGates {
  /** A request's right to be made; closing ends it. */
  interface Pass extends AutoCloseable {
    @Override
    void close();
  }

  private static final class Gate {
    private final Semaphore permits;
    private int visitors;

    Gate(int permits) {
      this.permits = new Semaphore(permits, true);
    }
  }

  private final int perHost;
  private final Semaphore all;
  private final ConcurrentMap<String, Gate> gates = new ConcurrentHashMap<>();

  HostGates(int connections, int perHost) {
    this.perHost = perHost;
    this.all = new Semaphore(connections, true);
  }

  /** Waits for a turn. */
  Pass enter(String host) throws InterruptedException {
    Gate gate = visit(host);
    try {
      gate.permits.acquire();
      try {
        all.acquire();
      } catch (InterruptedException e) {
        gate.permits.release();
        throw e;
      }
    } catch (InterruptedException e) {
      leave(host);
      throw e;
    }
    return () -> {
      all.release();
      gate.permits.release();
      leave(host);
    };
  }

  private Gate visit(String host) {
    return gates.compute(
        host,
        (_, known) -> {
          Gate gate = known == null ? new Gate(perHost) : known;
          gate.visitors++;
          return gate;
        });
  }

  /** A gate without visitors is taken down: lists name millions of hosts. */
  private void leave(String host) {
    gates.computeIfPresent(host, (_, gate) -> --gate.visitors == 0 ? null : gate);
  }
}
