package io.vlm4j.io.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BlobLockTest {
  @TempDir Path folder;

  @Test
  void oneAtATimeHasTheLock() throws InterruptedException {
    Path file = folder.resolve("locks/x.lock");
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    var started = new CountDownLatch(1);
    Thread second;
    try (var _ = BlobLock.acquire(file)) {
      second =
          Thread.startVirtualThread(() -> {
            started.countDown();
            try (var _ = BlobLock.acquire(file)) {
              order.add("second");
            }
          });
      started.await();
      order.add("first");
    }
    second.join();

    assertThat(order).containsExactly("first", "second");
    assertThat(file).exists();
  }

  @Test
  void aLockWhoseFileHasBeenDeletedIsTakenAnew() throws Exception {
    Path file = folder.resolve("x.lock");
    try (var _ = BlobLock.acquire(file)) {
      Files.delete(file);
      try (var _ = BlobLock.acquire(file)) {
        assertThat(file).exists();
      }
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "locks with Java's own there, as Python does")
  void theLockIsOneThatOtherProgramsSee() throws Exception {
    Path file = Files.createFile(folder.resolve("x.lock"));
    Flock flock = Flock.system().orElseThrow();

    try (var _ = flock.tryLock(file).orElseThrow()) {
      assertThat(flock.tryLock(file)).isEmpty();
      assertThat(lockedByTheShell(file)).isFalse();
    }

    assertThat(lockedByTheShell(file)).isTrue();
  }

  /** Through flock(1), where it is installed; otherwise through this process. */
  private static boolean lockedByTheShell(Path file) throws Exception {
    if (Files.isExecutable(Path.of("/usr/bin/flock"))) {
      return new ProcessBuilder("/usr/bin/flock", "-n", file.toString(), "true").start().waitFor()
          == 0;
    }
    var lock = Flock.system().orElseThrow().tryLock(file);
    if (lock.isPresent()) {
      lock.get().close();
    }
    return lock.isPresent();
  }
}
