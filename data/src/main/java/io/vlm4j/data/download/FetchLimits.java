package io.vlm4j.data.download;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Patience;
import java.time.Duration;

/**
 * What may be asked of the network.
 *
 * @param connections requests at one time
 * @param connectionsPerHost requests at one time to one host: what its owner will bear
 * @param connectTimeout until a connection stands
 * @param timeout until all of an answer is there, from the moment a request is made; each try, and
 *     each redirect, has as long. An answer that trickles ends here, too. A host that keeps twice
 *     as many requests waiting in a row as it may have at one time is left alone for five times as
 *     long: its rows fail at once, so that they do not hold up others
 * @param patience with one address. Only what may pass is tried again: answers 408, 429, 500, 502,
 *     503 and 504, connections that break or do not stand in time, and a name server that is busy;
 *     not an answer that does not end in time. A part of each pause is random; a host whose {@code
 *     Retry-After} is longer than the longest is given up
 * @param redirects that are followed
 * @param maxBytes of a file; larger ones are refused when their length is announced, or else when
 *     so much has come
 * @param userAgent what the requests say that they come from
 */
public record FetchLimits(
    int connections,
    int connectionsPerHost,
    Duration connectTimeout,
    Duration timeout,
    Patience patience,
    int redirects,
    long maxBytes,
    String userAgent) {
  /**
   * 512 connections, 16 to a host, 10 s to connect, 20 s an answer, 3 attempts, 5 redirects, 16
   * MiB.
   */
  public static final FetchLimits DEFAULT =
      new FetchLimits(
          512,
          16,
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          new Patience(3, Duration.ofMillis(500), Duration.ofSeconds(30)),
          5,
          16L << 20,
          "Mozilla/5.0 (compatible; vlm-java)");

  private static final long MOST_BYTES = 1L << 30;

  /** Checks every limit. */
  public FetchLimits {
    within("connections", connections, 1, 10_000);
    within("connectionsPerHost", connectionsPerHost, 1, 10_000);
    within("redirects", redirects, 0, 20);
    within("maxBytes", maxBytes, 1, MOST_BYTES);
    positive("connectTimeout", connectTimeout);
    positive("timeout", timeout);
    if (userAgent.isBlank() || userAgent.chars().anyMatch(c -> c < ' ' || c > '~')) {
      throw new InputException("userAgent must be a line of ASCII, not '" + userAgent + "'");
    }
  }

  static void within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InputException(
          "%s must lie in [%d, %d], not %d".formatted(name, least, most, value));
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new InputException(name + " must be longer than nothing and at most a day");
    }
  }

  /** The same with so many connections. */
  public FetchLimits withConnections(int all, int perHost) {
    return new FetchLimits(
        all, perHost, connectTimeout, timeout, patience, redirects, maxBytes, userAgent);
  }

  /** The same with other time limits. */
  public FetchLimits withTimeouts(Duration connect, Duration whole) {
    return new FetchLimits(
        connections, connectionsPerHost, connect, whole, patience, redirects, maxBytes, userAgent);
  }

  /** The same with other patience. */
  public FetchLimits withPatience(Patience other) {
    return new FetchLimits(
        connections,
        connectionsPerHost,
        connectTimeout,
        timeout,
        other,
        redirects,
        maxBytes,
        userAgent);
  }

  /** The same with so many redirects. */
  public FetchLimits withRedirects(int most) {
    return new FetchLimits(
        connections,
        connectionsPerHost,
        connectTimeout,
        timeout,
        patience,
        most,
        maxBytes,
        userAgent);
  }

  /** The same with files of so many bytes. */
  public FetchLimits withMaxBytes(long most) {
    return new FetchLimits(
        connections,
        connectionsPerHost,
        connectTimeout,
        timeout,
        patience,
        redirects,
        most,
        userAgent);
  }

  /** The same under another name. */
  public FetchLimits withUserAgent(String name) {
    return new FetchLimits(
        connections,
        connectionsPerHost,
        connectTimeout,
        timeout,
        patience,
        redirects,
        maxBytes,
        name);
  }
}
