package io.vlm4j.data.download;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Looks names of hosts up, before Java's client does, and refuses those of which any address may
 * not be asked.
 *
 * <p>The system's lookup blocks a platform thread, so it has some: as many names are looked up at
 * one time. What is found stays in Java's own cache (30 s, unless {@code networkaddress.cache.ttl}
 * says otherwise), from which the client takes it a moment later. A name server that answers
 * differently from one question to the next can therefore slip an address past the check only where
 * that cache is switched off, or where the entry runs out in this very moment.
 */
final class NameLookup implements AutoCloseable {
  private static final int THREADS = 64;
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private final Predicate<InetAddress> mayBeAsked;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("name-lookup-", 0).factory());

  NameLookup(Predicate<InetAddress> mayBeAsked) {
    this.mayBeAsked = mayBeAsked;
  }

  /** Waits until the name is found, at most as long as given. */
  void check(String host, Duration patience) throws DownloadFailure, InterruptedException {
    for (InetAddress address : find(host, patience)) {
      if (!mayBeAsked.test(address)) {
        throw DownloadFailure.download("address is private", address.getHostAddress());
      }
    }
  }

  private InetAddress[] find(String host, Duration patience)
      throws DownloadFailure, InterruptedException {
    if (isLiteral(host)) {
      return new InetAddress[] {literal(host)};
    }
    Future<InetAddress[]> lookup = threads.submit(() -> InetAddress.getAllByName(host));
    try {
      InetAddress[] found = lookup.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return Arrays.copyOf(found, found.length);
    } catch (TimeoutException _) {
      lookup.cancel(true);
      throw DownloadFailure.download("no answer from the name server").passing(Duration.ZERO);
    } catch (ExecutionException _) {
      throw failure(lookup.exceptionNow());
    }
  }

  /** Whether there is nothing to look up; Java's URI takes no other forms of numbers for a host. */
  private static boolean isLiteral(String host) {
    return host.startsWith("[") || IPV4.matcher(host).matches();
  }

  private static InetAddress literal(String host) throws DownloadFailure {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException _) {
      throw DownloadFailure.download("unknown host");
    }
  }

  private static DownloadFailure failure(Throwable cause) {
    var unknown = DownloadFailure.download("unknown host");
    if (!(cause instanceof UnknownHostException)) {
      return unknown;
    }
    // EAI_AGAIN, in the words of the system.
    boolean busy = String.valueOf(cause.getMessage()).contains("Temporary failure");
    return busy
        ? DownloadFailure.download("no answer from the name server").passing(Duration.ZERO)
        : unknown;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
