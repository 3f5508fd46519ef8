package io.vlm4j.data.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects an answer's bytes as they come, up to a limit; cancelling closes the connection. */
final class BodyCollector implements Flow.Subscriber<List<ByteBuffer>> {
  private static final int FIRST_ROOM = 1 << 14;

  /** More came than the limit. */
  static final class TooLarge extends IOException {}

  private final long limit;
  private final CompletableFuture<byte[]> bytes = new CompletableFuture<>();
  private byte[] room;
  private int length;
  private volatile Flow.@Nullable Subscription subscription;

  /**
   * A collector.
   *
   * @param announced how many bytes are to come, at most the limit; below zero if it is not known
   */
  BodyCollector(long announced, long limit) {
    this.limit = limit;
    this.room = new byte[(int) (announced >= 0 ? announced : Math.min(limit, FIRST_ROOM))];
  }

  /** All bytes, or what went wrong. */
  CompletableFuture<byte[]> bytes() {
    return bytes;
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
    given.request(Long.MAX_VALUE); // the limit bounds it
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      int more = buffer.remaining();
      if (bytes.isDone()) {
        return;
      }
      if (length + (long) more > limit) {
        Objects.requireNonNull(subscription).cancel();
        bytes.completeExceptionally(new TooLarge());
        return;
      }
      if (length + more > room.length) {
        room = Arrays.copyOf(room, (int) Math.min(limit, Math.max(length + more, 2L * length)));
      }
      buffer.get(room, length, more);
      length += more;
    }
  }

  @Override
  public void onError(Throwable cause) {
    bytes.completeExceptionally(cause);
  }

  @Override
  public void onComplete() {
    bytes.complete(length == room.length ? room : Arrays.copyOf(room, length));
  }
}
