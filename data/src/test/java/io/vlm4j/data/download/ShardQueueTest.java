package io.vlm4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ShardQueueTest {
  private static final Sample SAMPLE = new Sample("a", "list:1", List.of(), Map.of());

  private final ShardQueue queue = new ShardQueue();

  @Test
  void endsWhenAllExpectedRowsHaveCome() {
    var written = new AtomicInteger();
    queue.expect();
    queue.expect();
    queue.complete();
    queue.put(SAMPLE, written::incrementAndGet);
    queue.put(SAMPLE, written::incrementAndGet);

    assertThat(queue.hasNext()).isTrue();
    assertThat(queue.next()).isSameAs(SAMPLE);
    assertThat(written.get()).isZero();
    assertThat(queue.next()).isSameAs(SAMPLE);
    assertThat(written.get()).isOne();
    assertThat(queue.hasNext()).isFalse();
    assertThat(written.get()).isEqualTo(2);
  }

  @Test
  void rowsThatFailBecauseTheRunEndsDoNotCompleteAShard() {
    queue.expect();
    queue.complete();

    queue.stop();
    queue.put(SAMPLE, () -> {});

    assertThatThrownBy(queue::hasNext).isInstanceOf(InputException.class);
  }

  @Test
  void rowsThatWereReadyBeforeTheStopDoNotCompleteAShardEither() {
    queue.expect();
    queue.complete();
    queue.put(SAMPLE, () -> {});

    queue.stop();

    assertThatThrownBy(queue::hasNext).isInstanceOf(InputException.class);
  }
}
