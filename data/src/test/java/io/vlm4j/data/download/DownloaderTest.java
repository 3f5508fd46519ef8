package io.vlm4j.data.download;

import static io.vlm4j.data.download.PictureServer.cuts;
import static io.vlm4j.data.download.PictureServer.redirect;
import static io.vlm4j.data.download.PictureServer.sends;
import static io.vlm4j.data.download.PictureServer.status;
import static io.vlm4j.data.download.PictureServer.streams;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Patience;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DownloaderTest {
  private static final byte[] JPEG = TestPictures.jpeg(40, 20);
  private static final FetchLimits LIMITS =
      FetchLimits.DEFAULT.withPatience(
          new Patience(3, Duration.ofMillis(1), Duration.ofSeconds(1)));
  private static final DownloadOptions OPTIONS =
      DownloadOptions.DEFAULT
          .withLimits(LIMITS)
          .withHosts(HostRules.DEFAULT.withPrivateAddresses(true));

  private final PictureServer server = new PictureServer();
  private final MemorySink sink = new MemorySink();

  @AfterEach
  void close() {
    server.close();
  }

  private DownloadReport download(DownloadOptions options, String... addresses) {
    return new Downloader(options).run(rows(addresses).iterator(), sink, _ -> {});
  }

  private static List<Map<String, String>> rows(String... addresses) {
    var rows = new ArrayList<Map<String, String>>();
    for (String address : addresses) {
      rows.add(Map.of("url", address, "caption", "a picture of " + address));
    }
    return rows;
  }

  private String failure(DownloadOptions options, String address) {
    assertThat(download(options, address).succeeded()).isZero();
    Sample sample = sink.only();
    assertThat(sample.parts()).isEmpty();
    return sample.label("status") + ": " + sample.label("error_message");
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void goodRowBecomesPictureWithCaptionAndMetadata() throws Exception {
    server.on("/a.jpg", sends(JPEG));
    var row = new HashMap<String, Object>();
    row.put("url", server.at("/a.jpg"));
    row.put("caption", "a cat");
    row.put("similarity", 0.3);
    row.put("width", 7);

    new Downloader(OPTIONS).run(List.of(row).iterator(), sink, _ -> {});

    Sample sample = sink.only();
    assertThat(sample.key()).isEqualTo("000000000");
    assertThat(sample.picture().name()).isEqualTo("000000000.jpg");
    assertThat(sample.picture().bytes()).isEqualTo(JPEG);
    assertThat(sample.parts().getLast()).isEqualTo(new Part.Text("a cat"));
    assertThat(sample.metadata())
        .containsExactly(
            entry("url", server.at("/a.jpg")),
            entry("caption", "a cat"),
            entry("similarity", 0.3),
            entry("key", "000000000"),
            entry("status", "success"),
            entry("error_message", null),
            entry("width", 40),
            entry("height", 20),
            entry("original_width", 40),
            entry("original_height", 20),
            entry("exif", "{}"),
            entry("sha256", sha256(JPEG)));
    assertThat(sink.finished).isTrue();
  }

  @Test
  void failedRowHasTheSameKeysAndNoPicture() {
    download(OPTIONS, server.at("/nothing"));

    Sample sample = sink.only();
    assertThat(sample.parts()).isEmpty();
    assertThat(sample.metadata())
        .containsKeys("url", "caption", "key", "width", "exif", "sha256")
        .containsEntry("status", "failed_to_download")
        .containsEntry("error_message", "HTTP 404")
        .containsEntry("sha256", null);
  }

  @Test
  void sourceIsAListToo() {
    server.on("/a.jpg", sends(JPEG));
    var sample =
        new Sample(
            "x",
            "list:1",
            List.of(new Part.Text("a dog")),
            Map.of("URL", server.at("/a.jpg"), "year", 1999));
    var options = OPTIONS.withColumns(new RowColumns("URL", "TEXT", ""));

    new Downloader(options)
        .run(Source.of(Shard.of("list", List.of(sample))), sink, new SkippedSamples(), _ -> {});

    assertThat(sink.only().text()).isEqualTo("a dog");
    assertThat(sink.only().metadata())
        .containsEntry("caption", "a dog")
        .containsEntry("year", 1999);
    assertThat(sink.only().origin()).isEqualTo("list:1");
  }

  @Test
  void keysAreFiveDigitsOfTheShardAndFourOfTheRow() {
    server.on("/a.jpg", sends(JPEG));
    String address = server.at("/a.jpg");

    download(OPTIONS.withShards(2, 2), address, address, address);

    assertThat(sink.samples())
        .extracting(Sample::key)
        .containsExactly("000000000", "000000001", "000010000");
    assertThat(OPTIONS.withShards(100_000, 1).key(12, 345)).isEqualTo("0001200345");
    assertThat(OPTIONS.withShards(10_000, 1).key(123_456, 7)).isEqualTo("1234560007");
  }

  @Test
  void redirectsAreFollowedToOtherHosts() {
    server
        .on("/a", redirect(server.at("localhost", "/b b")))
        .on("/b%20b", redirect("c"))
        .on("/c", sends(JPEG));

    assertThat(download(OPTIONS, server.at("/a")).succeeded()).isOne();
    assertThat(server.requests()).containsExactly("/a", "/b%20b", "/c");
  }

  @Test
  void circleOfRedirectsEnds() {
    server.on("/a", redirect("/b")).on("/b", redirect("/a"));

    assertThat(failure(OPTIONS.withLimits(LIMITS.withRedirects(4)), server.at("/a")))
        .isEqualTo("failed_to_download: more than 4 redirects");
    assertThat(server.requests()).hasSize(5);
  }

  @Test
  void redirectToAnotherProtocolIsRefused() {
    server.on("/a", redirect("file:///etc/passwd"));

    assertThat(failure(OPTIONS, server.at("/a"))).endsWith("no address of the web");
  }

  @Test
  void privateAddressesAreRefused() {
    var options = OPTIONS.withHosts(HostRules.DEFAULT);

    assertThat(failure(options, server.at("/a")))
        .isEqualTo("failed_to_download: address is private: 127.0.0.1");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void privateAddressesAreRefusedBehindARedirectToo() throws Exception {
    server.on("/a", redirect(server.at("127.0.0.2", "/secret")));
    Predicate<InetAddress> onlyTheFirst = InetAddress.ofLiteral("127.0.0.1")::equals;

    new Downloader(OPTIONS, onlyTheFirst).run(rows(server.at("/a")).iterator(), sink, _ -> {});

    assertThat(sink.only().label("error_message")).isEqualTo("address is private: 127.0.0.2");
    assertThat(server.requests()).containsExactly("/a");
  }

  @Test
  void deniedHostsAreNotAskedEvenThroughRedirects() {
    server.on("/a", redirect(server.at("localhost", "/b")));
    var hosts = HostRules.DEFAULT.withPrivateAddresses(true).with(Set.of(), Set.of("localhost"));

    assertThat(failure(OPTIONS.withHosts(hosts), server.at("/a")))
        .isEqualTo("failed_to_download: host is on the deny list");
    assertThat(server.requests()).containsExactly("/a");
  }

  @Test
  void onlyAllowedHostsAreAsked() {
    var hosts = HostRules.DEFAULT.withPrivateAddresses(true).with(Set.of("example.org"), Set.of());

    assertThat(failure(OPTIONS.withHosts(hosts), server.at("/a")))
        .isEqualTo("failed_to_download: host is not on the allow list");
  }

  @Test
  void busyHostIsAskedAgain() {
    server.on("/a", status(429, "Retry-After", "0"), status(503), sends(JPEG));

    DownloadReport report = download(OPTIONS, server.at("/a"));

    assertThat(report.succeeded()).isOne();
    assertThat(report.retries()).isEqualTo(2);
  }

  @Test
  void hostThatAsksForTooLongIsGivenUp() {
    server.on("/a", status(429, "Retry-After", "3600"));

    assertThat(failure(OPTIONS, server.at("/a"))).isEqualTo("failed_to_download: HTTP 429");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void whatIsGoneIsNotAskedForAgain() {
    server.on("/a", status(410));

    assertThat(failure(OPTIONS, server.at("/a"))).isEqualTo("failed_to_download: HTTP 410");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void brokenConnectionIsTriedAgain() {
    server.on("/a", cuts(JPEG), sends(JPEG)).on("/b", cuts(JPEG));

    DownloadReport report = download(OPTIONS, server.at("/a"), server.at("/b"));

    assertThat(report.succeeded()).isOne();
    assertThat(report.failures()).containsExactly(entry("connection broken", 1L));
  }

  @Test
  void answerThatTricklesIsGivenUp() {
    server.on("/a", server.stalls(JPEG));
    var limits =
        LIMITS
            .withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(200))
            .withPatience(new Patience(1, Duration.ofMillis(1), Duration.ofMillis(1)));

    assertThat(failure(OPTIONS.withLimits(limits), server.at("/a")))
        .isEqualTo("failed_to_download: not all of an answer in time");
  }

  @Test
  void rowsOfAHostThatAnswersNobodyFailAtOnce() {
    server.on("/slow", server.stalls(JPEG)).on("/good", sends(JPEG));
    var addresses = new String[40];
    Arrays.fill(addresses, server.at("localhost", "/slow"));
    addresses[39] = server.at("/good");
    var limits =
        LIMITS.withConnections(8, 2).withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(200));

    DownloadReport report = download(OPTIONS.withLimits(limits), addresses);

    assertThat(report.succeeded()).isOne();
    assertThat(report.failures())
        .containsOnlyKeys("not all of an answer in time", "host does not answer");
    // Two rounds of two, and who was asking meanwhile.
    assertThat(report.failures().get("not all of an answer in time")).isBetween(4L, 6L);
  }

  @Test
  void hugeFilesAreRefusedWhetherAnnouncedOrNot() {
    server.on("/a", sends(new byte[5_000])).on("/b", streams(new byte[500_000]));

    DownloadReport report =
        download(OPTIONS.withLimits(LIMITS.withMaxBytes(4_000)), server.at("/a"), server.at("/b"));

    assertThat(report.failures()).containsExactly(entry("larger than 4,000 bytes", 2L));
  }

  @Test
  void lengthNeedNotBeAnnounced() {
    server.on("/a", streams(JPEG));

    assertThat(download(OPTIONS, server.at("/a")).succeeded()).isOne();
  }

  @Test
  void whatIsNoPictureIsNamed() {
    server.on("/a", sends("<html>not found</html>", "text/html"));

    assertThat(failure(OPTIONS, server.at("/a")))
        .isEqualTo("failed_to_resize: not a picture in a known format: text/html");
  }

  @Test
  void truncatedPictureIsNamedThoughItIsNotDecodedOtherwise() {
    server.on("/a", sends(Arrays.copyOf(JPEG, JPEG.length - 200)));

    assertThat(failure(OPTIONS, server.at("/a")))
        .startsWith("failed_to_resize: damaged picture: truncated");
  }

  @Test
  void emptyAnswerIsAFailure() {
    server.on("/a", sends(new byte[0]));

    assertThat(failure(OPTIONS, server.at("/a"))).isEqualTo("failed_to_download: empty answer");
  }

  @Test
  void ownerMayRefuseInAHeader() {
    server.on("/a", sends(JPEG, "X-Robots-Tag", "noarchive, NoAI"));

    assertThat(failure(OPTIONS, server.at("/a")))
        .isEqualTo("failed_to_download: refused by X-Robots-Tag: noai");
  }

  @Test
  void headersAreHeededOnlyIfWanted() {
    server.on("/a", sends(JPEG, "X-Robots-Tag", "noai"));
    var options = OPTIONS.withOptOut(OptOut.DEFAULT.withDirectives(Set.of()));

    assertThat(download(options, server.at("/a")).succeeded()).isOne();
  }

  @Test
  void ownerMayRefuseInRobotsTxt() {
    server
        .on("/robots.txt", sends("User-agent: *\nDisallow: /private/\n", "text/plain"))
        .on("/private/a", sends(JPEG))
        .on("/b", sends(JPEG));
    var options = OPTIONS.withOptOut(OptOut.DEFAULT.withRobotsTxt(true));

    DownloadReport report =
        download(options, server.at("/private/a"), server.at("/b"), server.at("/b"));

    assertThat(report.succeeded()).isEqualTo(2);
    assertThat(report.failures()).containsExactly(entry("refused by robots.txt", 1L));
    assertThat(server.requests()).containsOnlyOnce("/robots.txt").doesNotContain("/private/a");
  }

  @Test
  void hostWithoutRobotsTxtAllowsAllAndOneInTroubleNothing() {
    server.on("/a", sends(JPEG));
    var options = OPTIONS.withOptOut(OptOut.DEFAULT.withRobotsTxt(true));
    assertThat(download(options, server.at("/a")).succeeded()).isOne();

    server.on("/robots.txt", status(500));
    sink.shards.clear();
    assertThat(failure(options, server.at("/a"))).endsWith("refused by robots.txt");
  }

  @Test
  void hashesAreCheckedWhereTheyAreGiven() throws Exception {
    server.on("/a", sends(JPEG));
    var rows =
        List.of(
            Map.of("url", server.at("/a"), "hash", sha256(JPEG).toUpperCase(Locale.ROOT)),
            Map.of("url", server.at("/a"), "hash", sha256(new byte[1])),
            Map.of("url", server.at("/a")));
    var options = OPTIONS.withColumns(new RowColumns("url", "caption", "hash"));

    new Downloader(options).run(rows.iterator(), sink, _ -> {});

    assertThat(sink.samples())
        .extracting(sample -> sample.label("error_message"))
        .containsExactly("", "another sha256: " + sha256(JPEG), "");
  }

  @Test
  void rowsWithoutUsefulAddressesFailAlone() {
    server.on("/%C3%A9%7C", sends(JPEG));

    DownloadReport report =
        download(OPTIONS, "", "ftp://example.org/a", "http://", "nonsense", server.at("/é|#top"));

    assertThat(report.succeeded()).isOne();
    assertThat(report.failures())
        .containsOnly(entry("no address", 1L), entry("no address of the web", 3L));
  }

  @Test
  void listWithoutAddressesIsRefusedInOneLine() {
    var rows = List.of(Map.of("link", "x"));

    assertThatThrownBy(() -> new Downloader(OPTIONS).run(rows.iterator(), sink, _ -> {}))
        .isInstanceOf(InputException.class)
        .hasMessage("row 1: no column 'url' of addresses; the columns are [link]");
  }

  @Test
  void progressEndsWithTheReport() {
    server.on("/a", sends(JPEG));
    var heard = new ArrayList<DownloadReport>();

    DownloadReport report =
        new Downloader(OPTIONS)
            .run(rows(server.at("/a"), server.at("/b")).iterator(), sink, heard::add);

    assertThat(heard.getLast()).isEqualTo(report);
    assertThat(report.rows()).isEqualTo(2);
    assertThat(report.bytes()).isEqualTo(JPEG.length);
    assertThat(report.shardsWritten()).isOne();
  }

  @Test
  void filesThatNeedMoreThanTheBufferStillPassOneByOne() {
    byte[] large = TestPictures.png(700, 700);
    assertThat(large.length).isGreaterThan(1 << 20);
    server.on("/a", sends(large)).on("/b", streams(large));

    DownloadReport report =
        download(
            OPTIONS.withMachine(1, 1 << 20),
            server.at("/a"),
            server.at("/b"),
            server.at("/a"),
            server.at("/b"));

    assertThat(report.succeeded()).isEqualTo(4);
  }
}
