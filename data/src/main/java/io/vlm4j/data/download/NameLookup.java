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
import org.apache.hc.client5.http.DnsResolver;

/**
 * Looks names of hosts up for those who connect to them, and refuses those of which any address may
 * not be asked: so what was checked is what is connected to, whatever a name server says next.
 *
 * <p>The system's lookup blocks a platform thread, so it has some: as many names are looked up at
 * one time. What is found stays in Java's own cache (30 s, unless {@code networkaddress.cache.ttl}
 * says otherwise).
 */
final class NameLookup implements DnsResolver, AutoCloseable {
  private static final int THREADS = 64;
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  /** A name whose addresses may not be asked, or that has none. */
  static final class Refused extends UnknownHostException {
    private final transient DownloadFailure failure;

    Refused(DownloadFailure failure) {
      super(failure.line());
      this.failure = failure;
    }

    DownloadFailure failure() {
      return failure;
    }
  }

  private final Duration patience;
  private final Predicate<InetAddress> mayBeAsked;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("name-lookup-", 0).factory());

  /** A lookup that waits so long for the system's, and allows what passes the test. */
  NameLookup(Duration patience, Predicate<InetAddress> mayBeAsked) {
    this.patience = patience;
    this.mayBeAsked = mayBeAsked;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    try {
      InetAddress[] found = find(host);
      for (InetAddress address : found) {
        if (!mayBeAsked.test(address)) {
          throw DownloadFailure.download("address is private", address.getHostAddress());
        }
      }
      return found;
    } catch (DownloadFailure e) {
      throw new Refused(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException("interrupted");
    }
  }

  /** Only some ways to log in ask for this, and we do not log in. */
  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  private InetAddress[] find(String host) throws DownloadFailure, InterruptedException {
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
