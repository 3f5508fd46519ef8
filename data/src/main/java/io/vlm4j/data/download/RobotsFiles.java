package io.vlm4j.data.download;

import crawlercommons.robots.BaseRobotRules;
import crawlercommons.robots.SimpleRobotRulesParser;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What the {@code robots.txt} of hosts let us fetch (RFC 9309): read once for each host and port,
 * and kept for the hosts that were asked for lately. One that is not there allows all; one that
 * cannot be read for now, nothing. Delays that it asks for are not kept: {@link
 * FetchLimits#connectionsPerHost} bounds what a host has to bear.
 */
final class RobotsFiles {
  private static final int MOST_KEPT = 20_000;
  private static final int UNREACHABLE = 503;

  /** Reads the file of the host of an address. */
  @FunctionalInterface
  interface Reader {
    Answer read(URI place) throws DownloadFailure, InterruptedException;
  }

  private final String agent;
  private final Reader reader;

  @SuppressWarnings("serial")
  private final Map<String, CompletableFuture<BaseRobotRules>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(
            Map.Entry<String, CompletableFuture<BaseRobotRules>> eldest) {
          return size() > MOST_KEPT;
        }
      };

  RobotsFiles(String agent, Reader reader) {
    this.agent = agent;
    this.reader = reader;
  }

  void check(URI place) throws DownloadFailure, InterruptedException {
    if (!rules(place).isAllowed(place.toString())) {
      throw DownloadFailure.download("refused by robots.txt");
    }
  }

  private BaseRobotRules rules(URI place) throws InterruptedException {
    var mine = new CompletableFuture<BaseRobotRules>();
    CompletableFuture<BaseRobotRules> first;
    synchronized (known) {
      first = known.putIfAbsent(place.getScheme() + "://" + place.getRawAuthority(), mine);
    }
    if (first == null) {
      try {
        mine.complete(read(place));
      } finally {
        mine.complete(new SimpleRobotRulesParser().failedFetch(UNREACHABLE)); // unless it is
      }
    }
    try {
      return (first == null ? mine : first).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("it is only ever completed", e);
    }
  }

  private BaseRobotRules read(URI place) throws InterruptedException {
    var parser = new SimpleRobotRulesParser();
    try {
      Answer answer = reader.read(place);
      try (var _ = answer.share()) {
        return answer.status() == 200
            ? parser.parseContent(
                place.resolve("/robots.txt").toString(),
                answer.bytes(),
                "text/plain",
                List.of(agent))
            : parser.failedFetch(answer.status());
      }
    } catch (DownloadFailure _) {
      return parser.failedFetch(UNREACHABLE);
    }
  }
}
