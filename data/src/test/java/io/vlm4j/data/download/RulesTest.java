package io.vlm4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::808:808",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "ff02::1",
      })
  void addressesThatMeanSomethingOnlyHere(String address) {
    assertThat(PublicAddress.isPublic(InetAddress.ofLiteral(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "100.63.0.1",
        "100.128.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.254",
        "2606:4700::1111",
        "64:ff9b::808:808",
      })
  void addressesOfThePublicNetwork(String address) {
    assertThat(PublicAddress.isPublic(InetAddress.ofLiteral(address))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "noai | noai",
        "noarchive, noindex | noindex",
        "otherbot: noai |",
        "vlm-java: noai | noai",
        "VLM-Java: nofollow, noimageai | noimageai",
        "otherbot: noai, vlm-java: noindex | noindex",
        "otherbot: noai, noindex |",
        "*: noai | noai",
        "unavailable_after: 25 Jun 2030 15:00:00 PST, noai | noai",
        "max-snippet: 5, noindex | noindex",
        "all |",
      })
  void headerSpeaksToAllOrToOne(String header, String refusal) {
    assertThat(RobotsHeader.refusal(List.of(header), OptOut.DEFAULT).orElse(null))
        .isEqualTo(refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://Example.COM | http://example.com/",
        "https://example.com/a b.jpg | https://example.com/a%20b.jpg",
        "https://example.com/100%.jpg | https://example.com/100%25.jpg",
        "https://example.com/%41?x=[1]#top | https://example.com/%41?x=%5B1%5D",
        "https://example.com?a|https://example.com/?a",
        "https://bücher.example/ü | https://xn--bcher-kva.example/%C3%BC",
        "https://user:secret@example.com:8080/ | https://example.com:8080/",
        "http://[2001:db8::1]:80/x | http://[2001:db8::1]:80/x",
      })
  void addressesAreReadAsBrowsersReadThem(String written, String read) throws Exception {
    assertThat(WebAddress.parse(written)).isEqualTo(URI.create(read));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.com/a",
        "ftp://example.com",
        "http:///a",
        "http://a b/",
        "http://example.com:99999/",
        "javascript:alert(1)",
        "http://[::1/",
      })
  void nonsenseIsRefused(String address) {
    assertThatThrownBy(() -> WebAddress.parse(address)).isInstanceOf(DownloadFailure.class);
  }

  @ParameterizedTest
  @CsvSource({
    "b.jpg, http://example.com/x/b.jpg",
    "/b.jpg, http://example.com/b.jpg",
    "//cdn.example/b, http://cdn.example/b",
    "https://example.org/ü, https://example.org/%C3%BC",
  })
  void redirectsAreResolved(String location, String target) throws Exception {
    URI place = URI.create("http://example.com/x/a.jpg");

    assertThat(WebAddress.resolve(place, location)).isEqualTo(URI.create(target));
  }

  @Test
  void hostRuleStandsForSubdomains(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("deny"), "# not these\n.Example.com # all\n\n");
    HostRules rules = HostRules.DEFAULT.with(Set.of(), HostRules.read(file));

    assertThatThrownBy(() -> rules.check("example.com")).isInstanceOf(DownloadFailure.class);
    assertThatThrownBy(() -> rules.check("a.b.example.com.")).isInstanceOf(DownloadFailure.class);
    assertThatCode(() -> rules.check("badexample.com")).doesNotThrowAnyException();
  }

  @Test
  void retryAfterIsSecondsOrADate() {
    Instant now = Instant.parse("2030-01-01T00:00:00Z");

    assertThat(Fetcher.retryAfter("7", now)).isEqualTo(Duration.ofSeconds(7));
    assertThat(Fetcher.retryAfter("Tue, 1 Jan 2030 00:01:00 GMT", now))
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(Fetcher.retryAfter("soon", now)).isEqualTo(Duration.ZERO);
  }

  @Test
  void impossibleOptionsAreRefusedByName() {
    assertThatThrownBy(() -> FetchLimits.DEFAULT.withConnections(0, 1))
        .isInstanceOf(InputException.class)
        .hasMessage("connections must lie in [1, 10000], not 0");
    assertThatThrownBy(() -> FetchLimits.DEFAULT.withTimeouts(Duration.ZERO, Duration.ZERO))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> DownloadOptions.DEFAULT.withShards(0, 1))
        .hasMessageStartingWith("rowsPerShard must lie in");
    assertThatThrownBy(() -> new RowColumns("url", "url", "")).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> OptOut.DEFAULT.withDirectives(Set.of("no ai")))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> HostRules.DEFAULT.with(Set.of("https://x.org/"), Set.of()))
        .isInstanceOf(InputException.class);
  }
}
