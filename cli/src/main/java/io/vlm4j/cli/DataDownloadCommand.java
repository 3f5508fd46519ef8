package io.vlm4j.cli;

import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.download.DownloadOptions;
import io.vlm4j.data.download.DownloadReport;
import io.vlm4j.data.download.Downloader;
import io.vlm4j.data.download.FetchLimits;
import io.vlm4j.data.download.HostRules;
import io.vlm4j.data.download.OptOut;
import io.vlm4j.data.download.PictureRecipe;
import io.vlm4j.data.download.PictureRecipe.Reencode;
import io.vlm4j.data.download.ResizeMode;
import io.vlm4j.data.download.RowColumns;
import io.vlm4j.data.sink.WebDatasetSink;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.Reencoding;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Downloads a list of pictures, as img2dataset does and with its option names where it has them.
 */
@Command(
    name = "download",
    description = {
      "Downloads the pictures of a list of addresses and captions into WebDataset shards.",
      "The same command continues where it was stopped."
    })
final class DataDownloadCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "LIST",
      description = "CSV, TSV, JSON lines or parquet with a column of addresses.")
  private String list = "";

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The shards' folder.")
  private Path out = Path.of("");

  @Option(
      names = "--url-col",
      paramLabel = "COLUMN",
      defaultValue = "url",
      description = "Column of the addresses (default: ${DEFAULT-VALUE}).")
  private String urlColumn = "url";

  @Option(
      names = "--caption-col",
      paramLabel = "COLUMN",
      defaultValue = "caption",
      description = "Column of the captions (default: ${DEFAULT-VALUE}).")
  private String captionColumn = "caption";

  @Option(
      names = "--sha256-col",
      paramLabel = "COLUMN",
      defaultValue = "",
      description = "Column of the SHA-256 that each file must have (default: none).")
  private String hashColumn = "";

  @Option(
      names = "--shard-size",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Addresses of a shard, good and bad (default: ${DEFAULT-VALUE}).")
  private int shardSize = 1000;

  @Option(
      names = "--resize-mode",
      paramLabel = "MODE",
      defaultValue = "border",
      description =
          "no, border, keep_ratio, keep_ratio_largest or center_crop (default: ${DEFAULT-VALUE}).")
  private String resizeMode = "border";

  @Option(
      names = "--image-size",
      paramLabel = "PX",
      defaultValue = "256",
      description = "Side that pictures are resized to (default: ${DEFAULT-VALUE}).")
  private int size = 256;

  @Option(
      names = "--resize-only-if-bigger",
      description = "Leave pictures that are smaller as they are.")
  private boolean onlyIfBigger;

  @Option(
      names = "--encode-format",
      paramLabel = "FORMAT",
      defaultValue = "jpg",
      description = "jpg, png or webp (default: ${DEFAULT-VALUE}).")
  private String format = "jpg";

  @Option(
      names = "--encode-quality",
      paramLabel = "Q",
      description = "1 to 100 of jpg and webp (default: 95), 0 to 9 of png (default: 6).")
  private @Nullable Integer quality;

  @Option(
      names = "--disable-reencoding",
      description = "Keep every file as it came; only with --resize-mode no.")
  private boolean keep;

  @Option(
      names = "--min-image-size",
      paramLabel = "PX",
      defaultValue = "0",
      description = "Refuse pictures with a shorter side (default: ${DEFAULT-VALUE}).")
  private int minSize;

  @Option(
      names = "--max-aspect-ratio",
      paramLabel = "R",
      defaultValue = "Infinity",
      description = "Refuse pictures whose sides differ by more (default: none are).")
  private double maxAspectRatio = Double.POSITIVE_INFINITY;

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
      defaultValue = "256",
      description = "Requests at one time (default: ${DEFAULT-VALUE}).")
  private int connections = 256;

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

  @Override
  public Integer call() {
    var skipped = new SkippedSamples();
    Source source = Sources.open(list, Columns.USUAL.withText(captionColumn));
    long all = source.size();
    DownloadReport report;
    try (var bar = new Terminal.Bar("download")) {
      report =
          new Downloader(options())
              .run(
                  source,
                  new WebDatasetSink(out),
                  skipped,
                  state -> bar.show(state.rows(), all, progress(state)));
    }
    Terminal.line("download", "%s", progress(report));
    report.failures().forEach((cause, count) -> Terminal.line("", "%,8d  %s", count, cause));
    Terminal.line(
        "shards",
        "%s: %,d written, %,d were there",
        out,
        report.shardsWritten(),
        report.shardsSkipped());
    DataOutput.tell(skipped);
    return 0;
  }

  private static String progress(DownloadReport report) {
    return "%,d addresses, %,d pictures, %,d failed, %,.0f pictures/s"
        .formatted(
            report.rows(),
            report.succeeded(),
            report.failedToDownload() + report.failedToResize(),
            report.picturesPerSecond());
  }

  private DownloadOptions options() {
    FetchLimits limits = FetchLimits.DEFAULT;
    return DownloadOptions.DEFAULT
        .withColumns(new RowColumns(urlColumn, captionColumn, hashColumn))
        .withLimits(
            limits
                .withConnections(connections, Math.min(connections, perHost))
                .withTimeouts(limits.connectTimeout(), Duration.ofSeconds(timeout))
                .withPatience(
                    new Patience(
                        retries + 1, limits.patience().first(), limits.patience().longest()))
                .withMaxBytes(maxBytes))
        .withHosts(
            HostRules.DEFAULT
                .with(hosts(allowed), hosts(denied))
                .withPrivateAddresses(privateAddresses))
        .withOptOut(OptOut.DEFAULT.withDirectives(directives()).withRobotsTxt(robotsTxt))
        .withPicture(
            PictureRecipe.DEFAULT
                .withResize(ResizeMode.of(resizeMode), size, onlyIfBigger)
                .withEncoding(encoding(), keep ? Reencode.NEVER : Reencode.WHEN_NEEDED)
                .withFilter(minSize, maxAspectRatio, PictureRecipe.DEFAULT.maxArea()))
        .withShards(shardSize, DownloadOptions.DEFAULT.shardsInFlight());
  }

  private static Set<String> hosts(@Nullable Path file) {
    return file == null ? Set.of() : HostRules.read(file);
  }

  private Set<String> directives() {
    return directives.isBlank() ? Set.of() : Set.copyOf(Arrays.asList(directives.split(",", -1)));
  }

  private Reencoding encoding() {
    ImageFormat as = format();
    int usual = as == ImageFormat.PNG ? 6 : 95;
    return new Reencoding(as, quality == null ? usual : quality);
  }

  private ImageFormat format() {
    return Arrays.stream(ImageFormat.values())
        .filter(known -> known.ending().equals(format.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "--encode-format: '%s' is not one of jpg, png, webp".formatted(format)));
  }
}
