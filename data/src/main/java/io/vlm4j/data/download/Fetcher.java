package io.vlm4j.data.download;

import io.vlm4j.data.download.WebClient.HeadCheck;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.MessageHeaders;

/**
 * Gets the file behind an address: follows redirects, asks again where that may help, and obeys the
 * rules of hosts at every step.
 */
final class Fetcher {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);

  /** So often may all who ask a host at one time hear nothing, before it is left alone. */
  private static final int ROUNDS_OF_SILENCE = 2;

  /** And for so many time limits it is. */
  private static final int RESTS = 5;

  private static final long MOST_ROBOTS_TXT = 500 << 10; // as much as RFC 9309 asks to be read

  private final DownloadOptions options;
  private final WebClient client;
  private final HostGates gates;
  private final SilentHosts silent;
  private final Tally tally;
  private final Optional<RobotsFiles> robots;

  Fetcher(DownloadOptions options, WebClient client, Tally tally) {
    this.options = options;
    this.client = client;
    this.tally = tally;
    FetchLimits limits = options.limits();
    this.gates = new HostGates(limits.connections(), limits.connectionsPerHost());
    this.silent =
        new SilentHosts(
            ROUNDS_OF_SILENCE * limits.connectionsPerHost(),
            limits.timeout().multipliedBy(RESTS),
            System::nanoTime);
    this.robots =
        options.optOut().robotsTxt()
            ? Optional.of(new RobotsFiles(options.optOut().agent(), this::robotsTxt))
            : Optional.empty();
  }

  /** The answer with the file. */
  Answer fetch(String address) throws DownloadFailure, InterruptedException {
    URI start = WebAddress.parse(address);
    FetchLimits limits = options.limits();
    for (int failures = 1; ; failures++) {
      try {
        return success(follow(start, limits.maxBytes(), true, this::requireConsent));
      } catch (DownloadFailure e) {
        Optional<Duration> pause =
            e.isPassing() ? limits.patience().pause(failures, e.pause()) : Optional.empty();
        if (pause.isEmpty()) {
          throw e;
        }
        tally.retry();
        Thread.sleep(scattered(pause.get(), e.pause()));
      }
    }
  }

  /** Differs from row to row, lest all come again in the same moment. */
  private static Duration scattered(Duration pause, Duration least) {
    long half = pause.toNanos() / 2;
    long random = half + ThreadLocalRandom.current().nextLong(half + 1);
    return Duration.ofNanos(Math.max(random, least.toNanos()));
  }

  private void requireConsent(MessageHeaders headers) throws DownloadFailure {
    List<String> tags =
        Arrays.stream(headers.getHeaders("X-Robots-Tag")).map(Header::getValue).toList();
    Optional<String> refusal = RobotsHeader.refusal(tags, options.optOut());
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
        answer = ask(place, maxBytes, check);
      }
      if (!REDIRECTS.contains(answer.status())) {
        return answer;
      }
      answer.share().close();
      place = WebAddress.resolve(place, answer.header("Location"));
    }
    throw DownloadFailure.download("more than %d redirects".formatted(most));
  }

  private Answer ask(URI place, long maxBytes, HeadCheck check)
      throws DownloadFailure, InterruptedException {
    String host = place.getHost();
    silent.check(host);
    try {
      Answer answer = client.get(place, maxBytes, check);
      silent.answered(host);
      return answer;
    } catch (DownloadFailure e) {
      if (e.isSilence()) {
        silent.keptSilent(host);
      } else {
        silent.answered(host);
      }
      throw e;
    }
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
        ? failure.passing(retryAfter(answer.header("Retry-After"), Instant.now()))
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
