package io.vlm4j.data.download;

import io.vlm4j.data.download.WebClient.Answer;
import io.vlm4j.data.download.WebClient.HeadCheck;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Gets the file behind an address: follows redirects, asks again where that may help, and obeys the
 * rules of hosts at every step.
 */
final class Fetcher {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);
  private static final long MOST_ROBOTS_TXT = 500 << 10; // as much as RFC 9309 asks to be read

  private final DownloadOptions options;
  private final WebClient client;
  private final HostGates gates;
  private final Tally tally;
  private final Optional<RobotsFiles> robots;

  Fetcher(DownloadOptions options, WebClient client, Tally tally) {
    this.options = options;
    this.client = client;
    this.tally = tally;
    FetchLimits limits = options.limits();
    this.gates = new HostGates(limits.connections(), limits.connectionsPerHost());
    this.robots =
        options.optOut().robotsTxt()
            ? Optional.of(new RobotsFiles(options.optOut().agent(), this::robotsTxt))
            : Optional.empty();
  }

  /** The answer with the file. */
  Answer fetch(String address) throws DownloadFailure, InterruptedException {
    URI start = WebAddress.parse(address);
    FetchLimits limits = options.limits();
    for (int attempt = 1; ; attempt++) {
      try {
        return success(follow(start, limits.maxBytes(), true, this::requireConsent));
      } catch (DownloadFailure e) {
        if (!e.isPassing()
            || attempt >= limits.attempts()
            || e.pause().compareTo(limits.longestPause()) > 0) {
          throw e;
        }
        tally.retry();
        Thread.sleep(pause(attempt, e.pause()));
      }
    }
  }

  /** Doubles, and differs from row to row, lest all come again in the same moment. */
  private Duration pause(int attempt, Duration asked) {
    FetchLimits limits = options.limits();
    long doubled = limits.firstPause().toNanos() << Math.min(attempt - 1, 16);
    long pause = Math.min(doubled, limits.longestPause().toNanos());
    long random = ThreadLocalRandom.current().nextLong(pause / 2 + 1);
    return Duration.ofNanos(Math.max(pause / 2 + random, asked.toNanos()));
  }

  private void requireConsent(HttpHeaders headers) throws DownloadFailure {
    Optional<String> refusal =
        RobotsHeader.refusal(headers.allValues("X-Robots-Tag"), options.optOut());
    if (refusal.isPresent()) {
      throw DownloadFailure.download("refused by X-Robots-Tag", refusal.get());
    }
  }

  private Answer follow(URI start, long maxBytes, boolean obey, HeadCheck check)
      throws DownloadFailure, InterruptedException {
    URI place = start;
    int most = options.limits().redirects();
    for (int i = 0; i <= most; i++) {
      String host = place.getHost();
      options.hosts().check(host);
      if (obey && robots.isPresent()) {
        robots.get().check(place);
      }
      Answer answer;
      try (var _ = gates.enter(host)) {
        answer = client.get(place, maxBytes, check);
      }
      if (!REDIRECTS.contains(answer.status())) {
        return answer;
      }
      answer.share().close();
      place = WebAddress.resolve(place, answer.headers().firstValue("Location").orElse(""));
    }
    throw DownloadFailure.download("more than %d redirects".formatted(most));
  }

  private Answer robotsTxt(URI place) throws DownloadFailure, InterruptedException {
    return follow(place.resolve("/robots.txt"), MOST_ROBOTS_TXT, false, _ -> {});
  }

  private static Answer success(Answer answer) throws DownloadFailure {
    if (answer.status() == 200 && answer.bytes().length > 0) {
      return answer;
    }
    answer.share().close();
    if (answer.status() == 200) {
      throw DownloadFailure.download("empty answer");
    }
    var failure = DownloadFailure.download("HTTP " + answer.status());
    throw PASSING.contains(answer.status())
        ? failure.passing(
            retryAfter(answer.headers().firstValue("Retry-After").orElse("0"), Instant.now()))
        : failure;
  }

  /** Seconds or a date; nothing where it is neither. */
  static Duration retryAfter(String value, Instant now) {
    String text = value.strip();
    try {
      if (text.matches("\\d{1,9}")) {
        return Duration.ofSeconds(Long.parseLong(text));
      }
      Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return date.isBefore(now) ? Duration.ZERO : Duration.between(now, date);
    } catch (DateTimeException _) {
      return Duration.ZERO;
    }
  }
}
