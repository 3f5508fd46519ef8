package io.vlm4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private final List<Runnable> tasks = new ArrayList<>();
  private final List<Long> seconds = new ArrayList<>();
  private final AtomicInteger cancelled = new AtomicInteger();

  /** Nothing runs by itself: the test is the clock. */
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
          tasks.add(task);
          seconds.add(unit.toSeconds(delay));
          return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }
      };

  private final Deadline deadline =
      new Deadline(Duration.ofSeconds(9), timer, () -> cancelled.incrementAndGet() > 0);

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void breaksOffAtTheEnd() {
    assertThat(seconds).containsExactly(9L);
    tasks.getFirst().run();
    assertThat(deadline.hasPassed()).isTrue();
    assertThat(cancelled).hasValue(1);
  }

  @Test
  void breaksOffSoonerWhatComesHopelesslySlowly() {
    deadline.expect(3000);
    deadline.received(299);
    assertThat(seconds).containsExactly(9L, 3L);
    tasks.getLast().run();
    assertThat(deadline.hasPassed()).isTrue();
  }

  @Test
  void leavesWhatComesSlowlyButComes() {
    deadline.expect(3000);
    deadline.received(300);
    tasks.getLast().run();
    assertThat(deadline.hasPassed()).isFalse();
    assertThat(cancelled).hasValue(0);
  }
}
