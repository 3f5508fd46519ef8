package io.vlm4j.bench;

import io.vlm4j.bench.FaultyHost.Fault;
import io.vlm4j.data.download.DownloadOptions;
import io.vlm4j.data.download.DownloadReport;
import io.vlm4j.data.download.Downloader;
import io.vlm4j.data.download.FetchLimits;
import io.vlm4j.data.download.HostRules;
import io.vlm4j.data.download.PictureRecipe;
import io.vlm4j.data.download.ResizeMode;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import io.vlm4j.io.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * How fast pictures are downloaded, and whether all of them are, from a host on this machine.
 *
 * <p>Arguments are names and values, {@code images=20000 side=256 faults=true mode=no size=256
 * memory=700m connections=256 shard=2000 kills=0 within=30 seed=1}: how many pictures of which
 * width, whether a tenth of them comes with faults, how they are resized and to what, the heap of
 * the downloading process, and how often it is killed, each time at a random moment within so many
 * seconds from its start, and started again. The host, the downloader and the check are three
 * processes. Prints one line of JSON for each run and one for the check; {@code wrong} must be
 * empty.
 */
public final class DownloadSpeed {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Map<String, String> arguments = new LinkedHashMap<>();

  private DownloadSpeed(String[] given) {
    for (String pair :
        "images=20000 side=256 faults=true mode=no size=256 memory=700m connections=256 shard=2000 kills=0 within=30 seed=1 port=0 folder="
            .split(" ")) {
      put(pair);
    }
    for (String pair : given) {
      put(pair);
    }
  }

  private void put(String pair) {
    int equals = pair.indexOf('=');
    arguments.put(pair.substring(0, equals), pair.substring(equals + 1));
  }

  private String get(String name) {
    String value = arguments.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no argument " + name);
    }
    return value;
  }

  private int number(String name) {
    return Integer.parseInt(get(name));
  }

  private boolean faults() {
    return Boolean.parseBoolean(get("faults"));
  }

  /** Runs the measurement, or one of its other processes. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String role = args.length > 0 && !args[0].contains("=") ? args[0] : "";
    var speed =
        new DownloadSpeed(
            role.isEmpty() ? args : List.of(args).subList(1, args.length).toArray(String[]::new));
    switch (role) {
      case "" -> speed.measure();
      case "serve" -> FaultyHost.serve(speed.faults(), speed.number("side"));
      case "download" -> speed.download(Path.of(speed.get("folder")));
      default -> throw new IllegalArgumentException("unknown role " + role);
    }
  }

  private void measure() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("download-speed");
    Process host = start("serve", "512m", ProcessBuilder.Redirect.PIPE);
    try (BufferedReader output = host.inputReader(StandardCharsets.UTF_8)) {
      put("port=" + output.readLine().strip());
      put("folder=" + folder);
      var random = new SplittableRandom(number("seed"));
      int killed = 0;
      boolean finished = false;
      while (killed < number("kills") && !finished) {
        Process child = start("download", get("memory"), ProcessBuilder.Redirect.INHERIT);
        int moment = 1 + random.nextInt(1_000 * number("within"));
        finished = child.waitFor(moment, TimeUnit.MILLISECONDS);
        if (!finished) {
          child.destroyForcibly().waitFor();
          killed++;
        }
      }
      int status = start("download", get("memory"), ProcessBuilder.Redirect.INHERIT).waitFor();
      System.out.println(
          Json.toLine(Map.of("exit", status, "killed", killed, "wrong", wrong(folder))));
    } finally {
      host.destroyForcibly();
      AtomicFiles.delete(folder);
    }
  }

  private Process start(String role, String heap, ProcessBuilder.Redirect output)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                DownloadSpeed.class.getName(),
                role));
    arguments.forEach((name, value) -> command.add(name + "=" + value));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(output)
        .start();
  }

  private void download(Path folder) throws IOException {
    int connections = number("connections");
    var options =
        DownloadOptions.DEFAULT
            .withHosts(HostRules.DEFAULT.withPrivateAddresses(true))
            .withLimits(
                FetchLimits.DEFAULT
                    .withConnections(connections, connections)
                    .withTimeouts(TIMEOUT, TIMEOUT)
                    .withPatience(new Patience(2, Duration.ofMillis(100), Duration.ofSeconds(1)))
                    .withMaxBytes(FaultyHost.MOST_BYTES))
            .withPicture(
                PictureRecipe.DEFAULT.withResize(ResizeMode.of(get("mode")), number("size"), false))
            .withShards(number("shard"), DownloadOptions.DEFAULT.shardsInFlight());
    var rows =
        IntStream.range(0, number("images"))
            .mapToObj(i -> Map.of("url", address(i), "caption", "picture " + i))
            .iterator();
    DownloadReport report =
        new Downloader(options).run(rows, new DownloadStore(folder).sink(), _ -> {});
    var result = new LinkedHashMap<String, Object>();
    result.put("pictures_per_second", Math.round(report.picturesPerSecond()));
    result.put("seconds", report.elapsed().toMillis() / 1e3);
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .ifPresent(cpu -> result.put("cpu_seconds", cpu.toMillis() / 1e3));
    result.put("peak_resident_mb", ProcessMemory.peak());
    result.put("succeeded", report.succeeded());
    result.put("retries", report.retries());
    result.put("megabytes", report.bytes() / 1_000_000);
    result.put("shards_written", report.shardsWritten());
    result.put("shards_skipped", report.shardsSkipped());
    result.put("failures", report.failures());
    System.out.println(Json.toLine(result));
  }

  private String address(int number) {
    return "http://127.0.0.1:" + get("port") + "/" + number + ".jpg";
  }

  private List<String> wrong(Path folder) throws IOException {
    var wrong = new ArrayList<String>();
    var keys = new HashSet<String>();
    var addresses = new HashSet<String>();
    new DownloadStore(folder)
        .read(row -> {
          String key = row.metadata().path("key").asString("");
          if (!keys.add(key) || !addresses.add(row.metadata().path("url").asString(""))) {
            wrong.add(key + ": twice");
          }
          if (!isRight(row, key)) {
            wrong.add(key + ": " + row.metadata());
          }
        });
    for (int i = 0; i < number("images"); i++) {
      if (!addresses.contains(address(i))) {
        wrong.add("picture " + i + ": lost");
      }
    }
    return wrong.subList(0, Math.min(20, wrong.size()));
  }

  private boolean isRight(DownloadStore.Written row, String key) {
    int shard = number("shard");
    int place = Integer.parseInt(key.substring(0, 5)) * shard + Integer.parseInt(key.substring(5));
    Fault fault = Fault.of(place, faults());
    String message = row.metadata().path("error_message").asString("");
    boolean isInPlace = row.metadata().path("url").asString("").equals(address(place));
    boolean isGood =
        row.metadata().path("status").asString("").equals("success") && row.picture().length > 0;
    boolean isWhole =
        !get("mode").equals("no")
            || row.metadata().path("sha256").asString("").equals(sha256(row.picture()));
    return isInPlace
        && (fault.reason.isEmpty() ? isGood && isWhole : message.startsWith(fault.reason));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }
}
