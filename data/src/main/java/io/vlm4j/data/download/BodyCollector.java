package io.vlm4j.data.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Collects an answer's bytes as they come, up to a limit. Stops asking for more when the room that
 * it was given is full, until it is given more; cancelling closes the connection.
 */
final class BodyCollector implements Flow.Subscriber<List<ByteBuffer>> {
  private static final int FIRST_ROOM = 1 << 14;

  /** More came than the limit. */
  static final class TooLarge extends IOException {}

  private final long limit;
  private long allowed;
  private byte[] room;
  private int length;
  private List<ByteBuffer> waiting = List.of();
  private volatile CompletableFuture<Boolean> turn = new CompletableFuture<>();
  private volatile Flow.@Nullable Subscription subscription;

  /**
   * A collector.
   *
   * @param announced how many bytes are to come, at most the limit; below zero if it is not known
   * @param allowed how many may come before more must be allowed
   */
  BodyCollector(long announced, long allowed, long limit) {
    this.limit = limit;
    this.allowed = Math.max(announced, Math.min(allowed, limit));
    this.room = new byte[(int) (announced >= 0 ? announced : Math.min(limit, FIRST_ROOM))];
  }

  /** Whether all bytes are there, when they are, or more room is needed; or what went wrong. */
  CompletableFuture<Boolean> turn() {
    return turn;
  }

  /** What came. */
  byte[] bytes() {
    return length == room.length ? room : Arrays.copyOf(room, length);
  }

  /** Goes on, up to the limit, after it has said that it needs room. */
  void allowAll() {
    allowed = limit;
    List<ByteBuffer> buffers = waiting;
    waiting = List.of();
    turn = new CompletableFuture<>();
    onNext(buffers);
  }

  void cancel() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    long needed = length;
    for (ByteBuffer buffer : buffers) {
      needed += buffer.remaining();
    }
    if (needed > limit) {
      cancel();
      turn.completeExceptionally(new TooLarge());
    } else if (needed > allowed) {
      waiting = buffers;
      turn.complete(false);
    } else {
      take(buffers, (int) needed);
      Flow.Subscription current = subscription;
      if (current != null) {
        current.request(1);
      }
    }
  }

  private void take(List<ByteBuffer> buffers, int needed) {
    if (needed > room.length) {
      room = Arrays.copyOf(room, (int) Math.min(allowed, Math.max(needed, 2L * length)));
    }
    for (ByteBuffer buffer : buffers) {
      int more = buffer.remaining();
      buffer.get(room, length, more);
      length += more;
    }
  }

  @Override
  public void onError(Throwable cause) {
    turn.completeExceptionally(cause);
  }

  @Override
  public void onComplete() {
    turn.complete(true);
  }
}
