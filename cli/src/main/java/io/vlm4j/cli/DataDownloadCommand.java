package io.vlm4j.cli;

import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.download.DownloadOptions;
import io.vlm4j.data.download.DownloadReport;
import io.vlm4j.data.download.Downloader;
import io.vlm4j.data.download.RowColumns;
import io.vlm4j.data.sink.WebDatasetSink;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  @Mixin private final DownloadPictures pictures = new DownloadPictures();
  @Mixin private final DownloadNetwork network = new DownloadNetwork();

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
    return DownloadOptions.DEFAULT
        .withColumns(new RowColumns(urlColumn, captionColumn, hashColumn))
        .withLimits(network.limits())
        .withHosts(network.hosts())
        .withOptOut(network.optOut())
        .withPicture(pictures.recipe())
        .withShards(shardSize, DownloadOptions.DEFAULT.shardsInFlight());
  }
}
