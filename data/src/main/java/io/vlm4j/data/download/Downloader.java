package io.vlm4j.data.download;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the pictures of a list of addresses and writes them as shards, with captions and all that
 * is known: img2dataset's work, with its names, so that what reads its data sets reads these.
 *
 * <p>A row becomes a {@link Sample} whose key is five digits of the shard and four or more of the
 * row, whose parts are the picture's file and the caption, and whose metadata are {@code url},
 * {@code caption}, the list's further columns, {@code key}, {@code status} ({@code success}, {@code
 * failed_to_download}, {@code failed_to_resize}), {@code error_message}, {@code width}, {@code
 * height}, {@code original_width}, {@code original_height}, {@code exif} and {@code sha256} (of the
 * file that came). A row that failed has no parts. Within a shard the rows stand in the order in
 * which they were ready.
 *
 * <p><b>After a stop</b>, by whatever, the same call with the same list and options goes on: shards
 * that the sink has are left out, the others are written again, whole. Nothing is lost and nothing
 * twice. Another list, or another number of rows a shard, does not fit what is there.
 *
 * <p><b>Safety.</b> Lists come from strangers. Addresses that lead to this machine or its networks
 * are refused, by all that their names resolve to, at every redirect, unless {@link
 * HostRules#privateAddresses} allows it; the connection goes to the very address that was checked.
 * Where a proxy resolves the names, a firewall must help. Files are bounded in bytes, time and
 * pixels.
 *
 * <p><b>Cost.</b> Memory: {@link DownloadOptions#bufferBytes} of files, as much again for those
 * that hide their length, what decoding takes for each worker, and some kilobytes for each of 16
 * rows a connection. A sink must be done with a sample when it asks for the next.
 *
 * <p>Safe for use by several threads, each with its own sink.
 */
public final class Downloader {
  private final DownloadOptions options;
  private final Predicate<InetAddress> mayBeAsked;

  /** A downloader with these options. */
  public Downloader(DownloadOptions options) {
    this(options, options.hosts().privateAddresses() ? _ -> true : PublicAddress::isPublic);
  }

  /** For tests, whose hosts are all on this machine. */
  Downloader(DownloadOptions options, Predicate<InetAddress> mayBeAsked) {
    this.options = options;
    this.mayBeAsked = mayBeAsked;
  }

  /**
   * Downloads a source, whose samples have the columns as their metadata.
   *
   * @param skipped is told of rows that cannot be read, which are left out
   * @param progress hears now and then how far it is, from one thread at a time
   * @throws InputException if the list has no column of addresses, the sink fails, or the thread
   *     was interrupted
   */
  public DownloadReport run(
      Source list, Sink sink, SkippedSamples skipped, Consumer<DownloadReport> progress) {
    try (Stream<Sample> samples = list.stream(skipped)) {
      return download(
          samples.map(sample -> Row.of(sample, options.columns())).iterator(), sink, progress);
    }
  }

  /**
   * Downloads rows, each given as its columns by name.
   *
   * @param progress hears now and then how far it is, from one thread at a time
   * @throws InputException if the list has no column of addresses, the sink fails, or the thread
   *     was interrupted
   */
  public DownloadReport run(
      Iterator<? extends Map<String, ? extends @Nullable Object>> rows,
      Sink sink,
      Consumer<DownloadReport> progress) {
    return download(new Numbered(rows), sink, progress);
  }

  /** Rows that are named by their number. */
  private static final class Numbered implements Iterator<Row> {
    private final Iterator<? extends Map<String, ? extends @Nullable Object>> rows;
    private long number;

    Numbered(Iterator<? extends Map<String, ? extends @Nullable Object>> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      return new Row("row " + ++number, new LinkedHashMap<>(rows.next()));
    }
  }

  private DownloadReport download(
      Iterator<Row> rows, Sink sink, Consumer<DownloadReport> progress) {
    var tally = new Tally(progress);
    try (var names = new NameLookup(options.limits().timeout(), mayBeAsked);
        var client =
            new WebClient(
                options.limits(),
                names,
                new MemoryBudget(options.bufferBytes(), options.limits().maxBytes()));
        var workers =
            Executors.newFixedThreadPool(
                options.workers(), Thread.ofPlatform().daemon().name("picture-", 0).factory())) {
      var work = new RowWork(options, new Fetcher(options, client, tally), workers, tally);
      try (var run = new DownloadRun(options, sink, tally, work)) {
        run.all(new WithAddresses(rows, options.columns().url()));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw ShardQueue.stopped();
    }
    sink.finish();
    DownloadReport report = tally.report();
    progress.accept(report);
    return report;
  }

  /** Refuses a list that has no addresses at all; a row may lack one. */
  private static final class WithAddresses implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final String column;
    private boolean checked;

    WithAddresses(Iterator<Row> rows, String column) {
      this.rows = rows;
      this.column = column;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      Row row = rows.next();
      if (!checked && !row.columns().containsKey(column)) {
        throw new InputException(
            "%s: no column '%s' of addresses; the columns are %s"
                .formatted(row.origin(), column, row.columns().keySet()));
      }
      checked = true;
      return row;
    }
  }
}
