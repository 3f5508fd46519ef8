package io.vlm4j.io.hub;

import static io.vlm4j.testing.HubServer.COMMIT;
import static io.vlm4j.testing.HubServer.cutAfter;
import static io.vlm4j.testing.HubServer.sends;
import static io.vlm4j.testing.HubServer.status;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.HubServer;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes of a hub that refuses, fails, stalls or lies. */
class HubTroubleTest {
  private static final String CONTENT = "GET /store/resolve/x/model.safetensors";

  @TempDir Path folder;
  private final byte[] weights = new byte[1_000_000];
  private Random random;
  private HubServer server;
  private HubDesk desk;

  @BeforeEach
  void open() {
    random = Randomness.fresh();
    random.nextBytes(weights);
    server = new HubServer().with("config.json", "{}").withLarge("model.safetensors", weights);
    desk = HubDesk.at(server, folder.resolve("cache"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void assertPulled() {
    assertThat(desk.pull().resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(desk.tree()).noneMatch(line -> line.endsWith(".incomplete"));
  }

  private void assertNothingWrongIsKept() {
    assertThat(desk.blob("model.safetensors")).doesNotExist();
    assertThat(desk.tree()).noneMatch(line -> line.contains("snapshots/.*model.safetensors"));
    assertThat(desk.settings().cache().resolve("models--acme--model/refs")).doesNotExist();
  }

  @Test
  void aCutConnectionIsContinuedFromWhereItStopped() {
    server.trouble(CONTENT, cutAfter(400_000), cutAfter(0));

    assertPulled();

    assertThat(server.downloads())
        .filteredOn(request -> request.host().equals("content"))
        .extracting(HubServer.Request::range)
        .containsExactly("", "bytes=400000-", "bytes=400000-");
    assertThat(desk.pauses()).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1));
  }

  @Test
  void manyCutsWithProgressInBetweenAreForgiven() {
    for (int i = 1; i <= 12; i++) {
      int end = i * 50_000;
      server.trouble(
          CONTENT,
          (exchange, content) -> {
            int from = end - 50_000;
            if (from > 0) {
              exchange
                  .getResponseHeaders()
                  .set("Content-Range", "bytes %d-999999/1000000".formatted(from));
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, 50_000);
            exchange.getResponseBody().flush();
          });
    }

    assertPulled();

    assertThat(desk.pauses()).hasSize(12).containsOnly(Duration.ofMillis(500));
  }

  @Test
  void aStoppedDownloadIsContinuedByTheNext() throws IOException {
    for (int i = 0; i < 4; i++) {
      server.trouble(CONTENT, i == 0 ? cutAfter(123_456) : status(503));
    }
    assertRefused(desk::pull, "model.safetensors", "503", "continues where it stopped");
    assertNothingWrongIsKept();
    assertThat(desk.incomplete("model.safetensors"))
        .hasBinaryContent(Arrays.copyOf(weights, 123_456));

    assertPulled();

    assertThat(server.downloads().getLast().range()).isEqualTo("bytes=123456-");
  }

  @Test
  void aPartThatTheHubSendsWholeBeginsAnew() throws IOException {
    leave(Arrays.copyOf(weights, 5_000));
    server.forgetRanges();

    assertPulled();
  }

  @Test
  void aCompleteLeftoverIsOnlyChecked() throws IOException {
    leave(weights);

    assertPulled();

    assertThat(server.downloads()).noneMatch(request -> request.host().equals("content"));
  }

  @Test
  void aLeftoverThatIsTooLongBeginsAnew() throws IOException {
    leave(Arrays.copyOf(weights, weights.length + 1));

    assertPulled();
  }

  @Test
  void aPartThatTheHubDoesNotKnowBeginsAnew() throws IOException {
    leave(Arrays.copyOf(weights, 5_000));
    server.trouble(CONTENT, status(416));

    assertPulled();

    assertThat(server.downloads().getLast().range()).isEmpty();
  }

  @Test
  void aDamagedLeftoverIsFetchedAgain() throws IOException {
    byte[] damaged = Arrays.copyOf(weights, random.nextInt(1, weights.length + 1));
    damaged[random.nextInt(damaged.length)] ^= 1;
    leave(damaged);

    assertPulled();

    assertThat(server.downloads().getLast().range()).isEmpty();
  }

  private void leave(byte[] bytes) throws IOException {
    Path leftover = desk.incomplete("model.safetensors");
    Files.createDirectories(leftover.getParent());
    Files.write(leftover, bytes);
  }

  @Test
  void aLargeFileWithAnotherHashIsDeletedAndSaidSo() {
    byte[] other = weights.clone();
    other[random.nextInt(other.length)] ^= 1;
    server.trouble(CONTENT, sends(other));

    assertRefused(desk::pull, "model.safetensors", "arrived damaged", "deleted");

    assertNothingWrongIsKept();
    assertThat(desk.incomplete("model.safetensors")).doesNotExist();
    assertPulled();
  }

  @Test
  void aSmallFileWithAnotherHashIsDeletedAndSaidSo() {
    server.trouble(
        "GET /acme/model/resolve/" + COMMIT + "/config.json", sends(new byte[] {'{', ']'}));

    assertRefused(desk::pull, "config.json", "arrived damaged", server.etag("config.json"));

    assertThat(desk.blob("config.json")).doesNotExist();
  }

  @Test
  void aFileLongerThanAnnouncedIsRefused() {
    server.trouble(CONTENT, sends(Arrays.copyOf(weights, weights.length + 1)));

    assertRefused(desk::pull, "model.safetensors", "longer than the 1,000,000 bytes");

    assertNothingWrongIsKept();
  }

  @Test
  void aFileShorterThanAnnouncedIsNotTakenForWhole() {
    byte[] some = Arrays.copyOf(weights, 10);
    server.trouble(CONTENT, sends(some), status(500), status(500), status(500));

    assertRefused(desk::pull, "model.safetensors");

    assertNothingWrongIsKept();
    assertPulled();
  }

  @Test
  void aStillConnectionIsGivenUpAndContinued() {
    server.trouble(CONTENT, server.stallAfter(70_000));
    desk = desk.withTimeout(Duration.ofMillis(300));

    assertPulled();

    assertThat(server.downloads().getLast().range()).isEqualTo("bytes=70000-");
  }

  @Test
  void aHubThatIsBusyIsAskedAgainWhenItSays() {
    String inAnHour =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
    server.trouble(
        "/revision/main",
        status(429, "Retry-After", "7"),
        status(503),
        status(429, "Retry-After", inAnHour));

    assertPulled();

    assertThat(desk.pauses().subList(0, 2))
        .containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(1));
    assertThat(desk.pauses().get(2)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(100));
  }

  @Test
  void aHubThatAsksForHoursIsNotWaitedFor() {
    server.trouble("/revision/main", status(429, "Retry-After", "7200"));

    assertRefused(desk::pull, "cannot list acme/model", "answered 429");

    assertThat(desk.pauses()).isEmpty();
  }

  @Test
  void anAddressOfContentThatHasRunOutIsAskedForAgain() {
    server.trouble(CONTENT, status(403));

    assertPulled();
  }

  @Test
  void aHubThatIsNotThereIsNamed() {
    server.close();

    assertRefused(desk::pull, "cannot list acme/model", "check the network");

    assertThat(desk.pauses()).hasSize(3);
  }

  @Test
  void aRepositoryThatIsNotThereIsTold() {
    var wrong = new ModelName.Repository("acme/nothing", "main");

    assertRefused(() -> pull(desk, wrong), "acme/nothing", "check the name", "HF_TOKEN");
    assertRefused(
        () -> pull(desk.with(desk.settings().withToken("hf_x")), wrong),
        "refuses acme/nothing to this token",
        "Invalid username or password.");
    server.trouble("/revision/main", status(404, "X-Error-Code", "RepoNotFound"));
    assertRefused(desk::pull, "there is no repository acme/model");
  }

  @Test
  void aRevisionThatIsNotThereIsTold() {
    assertRefused(
        () -> pull(desk, new ModelName.Repository("acme/model", "v2")),
        "acme/model has no revision 'v2'");
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    server.trouble("/config.json", status(404, "X-Error-Code", "EntryNotFound"));

    assertRefused(desk::pull, "acme/model has no file 'config.json'");
  }

  @Test
  void aGatedRepositoryIsExplained() {
    for (int code : new int[] {401, 403}) {
      server.trouble("/config.json", status(code, "X-Error-Code", "GatedRepo"));
      assertRefused(desk::pull, "acme/model is gated", "/settings/tokens", "HF_TOKEN", "--token");
    }
    server.trouble("/config.json", status(403, "X-Error-Code", "GatedRepo"));
    assertRefused(desk.with(desk.settings().withToken("hf_x"))::pull, "the token has no access");
  }

  @Test
  void anotherServerThanAHubIsNotBelieved() {
    server.trouble("/revision/main", sends("<html>".getBytes()), sends("{}".getBytes()));

    assertRefused(desk::pull, "does not answer as a hub does");
    assertRefused(desk::pull, "does not answer as a hub does");
  }

  @Test
  void anAnswerForAnotherCommitIsRefused() {
    server.trouble(
        "HEAD /acme/model/resolve/" + COMMIT + "/config.json",
        status(200, "ETag", "\"abc\"", "X-Repo-Commit", "e".repeat(40)));

    assertRefused(desk::pull, "config.json", "answered for " + "e".repeat(40));
  }

  private static Path pull(HubDesk desk, ModelName.Repository repository) {
    return desk.hub().snapshot(repository, FileSelection.model(), Progress.NONE);
  }
}
