package io.vlm4j.data.download;

/**
 * What to download and how.
 *
 * @param columns of the list
 * @param limits of the network's use
 * @param hosts that may be asked
 * @param optOut what refusals of owners are heeded
 * @param picture what becomes of the pictures
 * @param rowsPerShard addresses of one shard, good and bad
 * @param shardsInFlight shards that are worked on at one time: while the last addresses of one run
 *     into their time limits, the next go on. Each has a thread and the sink's open files, and what
 *     is not finished when the run is stopped is fetched again
 * @param workers threads that hash, decode and encode
 * @param bufferBytes of files that are in memory at one time; when it is full, nothing more is
 *     fetched until something is written. Large files that do not say how long they are have as
 *     much again
 */
public record DownloadOptions(
    RowColumns columns,
    FetchLimits limits,
    HostRules hosts,
    OptOut optOut,
    PictureRecipe picture,
    int rowsPerShard,
    int shardsInFlight,
    int workers,
    long bufferBytes) {
  /**
   * Shards of 10,000 rows, sixteen in flight, a worker for each processor, a buffer of 96 MiB, and
   * the defaults of the parts.
   */
  public static final DownloadOptions DEFAULT =
      new DownloadOptions(
          RowColumns.DEFAULT,
          FetchLimits.DEFAULT,
          HostRules.DEFAULT,
          OptOut.DEFAULT,
          PictureRecipe.DEFAULT,
          10_000,
          16,
          Runtime.getRuntime().availableProcessors(),
          96L << 20);

  /** Checks the numbers. */
  public DownloadOptions {
    FetchLimits.within("rowsPerShard", rowsPerShard, 1, 10_000_000);
    FetchLimits.within("shardsInFlight", shardsInFlight, 1, 100);
    FetchLimits.within("workers", workers, 1, 1_000);
    FetchLimits.within("bufferBytes", bufferBytes, 1 << 20, 1L << 40);
  }

  /** The same for other columns. */
  public DownloadOptions withColumns(RowColumns other) {
    return new DownloadOptions(
        other, limits, hosts, optOut, picture, rowsPerShard, shardsInFlight, workers, bufferBytes);
  }

  /** The same with other limits. */
  public DownloadOptions withLimits(FetchLimits other) {
    return new DownloadOptions(
        columns, other, hosts, optOut, picture, rowsPerShard, shardsInFlight, workers, bufferBytes);
  }

  /** The same with other hosts. */
  public DownloadOptions withHosts(HostRules other) {
    return new DownloadOptions(
        columns,
        limits,
        other,
        optOut,
        picture,
        rowsPerShard,
        shardsInFlight,
        workers,
        bufferBytes);
  }

  /** The same heeding other refusals. */
  public DownloadOptions withOptOut(OptOut other) {
    return new DownloadOptions(
        columns, limits, hosts, other, picture, rowsPerShard, shardsInFlight, workers, bufferBytes);
  }

  /** The same with another recipe for pictures. */
  public DownloadOptions withPicture(PictureRecipe other) {
    return new DownloadOptions(
        columns, limits, hosts, optOut, other, rowsPerShard, shardsInFlight, workers, bufferBytes);
  }

  /** The same in other shards. */
  public DownloadOptions withShards(int rows, int inFlight) {
    return new DownloadOptions(
        columns, limits, hosts, optOut, picture, rows, inFlight, workers, bufferBytes);
  }

  /** The same with other means of this machine. */
  public DownloadOptions withMachine(int threads, long bytes) {
    return new DownloadOptions(
        columns, limits, hosts, optOut, picture, rowsPerShard, shardsInFlight, threads, bytes);
  }

  /** A row's name as img2dataset gives it: five digits of the shard, four or more of the row. */
  String key(int shard, int row) {
    int digits = Math.max(4, Integer.toString(rowsPerShard - 1).length());
    return "%05d%0{d}d".replace("{d}", Integer.toString(digits)).formatted(shard, row);
  }
}
