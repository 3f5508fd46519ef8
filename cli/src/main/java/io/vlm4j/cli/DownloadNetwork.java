package io.vlm4j.cli;

import io.vlm4j.data.download.FetchLimits;
import io.vlm4j.data.download.HostRules;
import io.vlm4j.data.download.OptOut;
import io.vlm4j.io.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a download asks of the network, and of whom. */
final class DownloadNetwork {
  @Option(
      names = "--timeout",
      paramLabel = "S",
      defaultValue = "20",
      description = "Seconds for a whole answer (default: ${DEFAULT-VALUE}).")
  private int timeout = 20;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "2",
      description = "Further tries after failures that may pass (default: ${DEFAULT-VALUE}).")
  private int retries = 2;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "512",
      description = "Requests at one time (default: ${DEFAULT-VALUE}).")
  private int connections = 512;

  @Option(
      names = "--connections-per-host",
      paramLabel = "N",
      defaultValue = "16",
      description = "Requests at one time to one host (default: ${DEFAULT-VALUE}).")
  private int perHost = 16;

  @Option(
      names = "--max-bytes",
      paramLabel = "N",
      defaultValue = "16777216",
      description = "Refuse larger files (default: ${DEFAULT-VALUE}).")
  private long maxBytes = 1 << 24;

  @Option(
      names = "--disallowed-header-directives",
      paramLabel = "LIST",
      defaultValue = "noai,noimageai,noindex,noimageindex",
      description =
          "What X-Robots-Tag may not say; empty heeds nothing (default: ${DEFAULT-VALUE}).")
  private String directives = "";

  @Option(names = "--robots-txt", description = "Read and obey each host's robots.txt.")
  private boolean robotsTxt;

  @Option(
      names = "--allow-hosts",
      paramLabel = "FILE",
      description = "Ask only these hosts, a line each.")
  private @Nullable Path allowed;

  @Option(names = "--deny-hosts", paramLabel = "FILE", description = "Never ask these hosts.")
  private @Nullable Path denied;

  @Option(
      names = "--private-addresses",
      description = "Also ask hosts of this machine and the local network.")
  private boolean privateAddresses;

  FetchLimits limits() {
    FetchLimits usual = FetchLimits.DEFAULT;
    return usual
        .withConnections(connections, Math.min(connections, perHost))
        .withTimeouts(usual.connectTimeout(), Duration.ofSeconds(timeout))
        .withPatience(
            new Patience(retries + 1, usual.patience().first(), usual.patience().longest()))
        .withMaxBytes(maxBytes);
  }

  HostRules hosts() {
    return HostRules.DEFAULT
        .with(hosts(allowed), hosts(denied))
        .withPrivateAddresses(privateAddresses);
  }

  OptOut optOut() {
    return OptOut.DEFAULT.withDirectives(directives()).withRobotsTxt(robotsTxt);
  }

  private static Set<String> hosts(@Nullable Path file) {
    return file == null ? Set.of() : HostRules.read(file);
  }

  private Set<String> directives() {
    return directives.isBlank() ? Set.of() : Set.copyOf(Arrays.asList(directives.split(",", -1)));
  }
}
