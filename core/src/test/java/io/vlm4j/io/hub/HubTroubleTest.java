package io.vlm4j.io.hub;

import static io.vlm4j.testing.HubServer.COMMIT;
import static io.vlm4j.testing.HubServer.cutAfter;
import static io.vlm4j.testing.HubServer.sends;
import static io.vlm4j.testing.HubServer.status;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.InputException;
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
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
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
    random = Randomness.ofTest();
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
    assertThat(desk.tree()).noneMatch(line -> line.matches(".*/snapshots/.*model.safetensors.*"));
    assertThat(desk.settings().cache().resolve("models--acme--model/refs")).doesNotExist();
  }

  // How much of what was sent before a cut still reaches the reader is up to the network.

  @Test
  void aCutConnectionIsContinuedFromWhereItStopped() {
    server.trouble(CONTENT, cutAfter(400_000));

    assertPulled();

    List<String> ranges = ranges();
    assertThat(ranges).hasSize(2).startsWith("");
    assertThat(ranges.getLast()).matches("bytes=[1-9]\\d*-");
    assertThat(desk.pauses()).containsExactly(Duration.ofMillis(500));
  }

  @Test
  void pausesGrowWhileNothingComes() {
    server.trouble(CONTENT, status(500), status(502), status(504));

    assertPulled();

    assertThat(desk.pauses())
        .containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void cutsWithProgressInBetweenAreForgiven() {
    for (int i = 0; i < 5; i++) {
      server.trouble(CONTENT, cutAfter(190_000));
    }

    assertPulled();

    assertThat(desk.pauses()).hasSize(5).containsOnly(Duration.ofMillis(500));
  }

  @Test
  void aStoppedDownloadIsContinuedByTheNext() throws IOException {
    server.trouble(CONTENT, cutAfter(500_000), status(503), status(503), status(503));
    assertRefused(desk::pull, "model.safetensors", "503", "try again");
    assertNothingWrongIsKept();
    byte[] left = Files.readAllBytes(desk.incomplete("model.safetensors"));
    assertThat(left).isNotEmpty().isEqualTo(Arrays.copyOf(weights, left.length));

    assertPulled();

    assertThat(ranges()).endsWith("bytes=" + left.length + "-");
  }

  /** The parts of the large file that were asked for, in turn. */
  private List<String> ranges() {
    return server.downloads().stream()
        .filter(request -> request.host().equals("content"))
        .map(HubServer.Request::range)
        .toList();
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
    server.trouble(CONTENT, server.stallAfter(400_000));
    desk = desk.withTimeout(Duration.ofSeconds(2));

    assertPulled();

    assertThat(ranges().getLast()).matches("bytes=[1-9]\\d*-");
  }

  @Test
  void anInterruptedPullKeepsWhatCame() throws InterruptedException {
    server.trouble(CONTENT, server.stallAfter(500_000));
    var arrived = new CountDownLatch(1);
    var told = new AtomicReference<Throwable>();
    Thread puller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                desk.hub()
                    .snapshot(
                        HubDesk.MODEL,
                        FileSelection.model(),
                        (done, _) -> {
                          if (done >= 500_000) {
                            arrived.countDown();
                          }
                        });
              } catch (InputException e) {
                told.set(e);
              }
            });
    arrived.await();
    puller.interrupt();
    puller.join();

    assertThat(told.get()).hasMessageContaining("stopped", "the same command continues it");
    assertNothingWrongIsKept();
    assertPulled();
    assertThat(server.downloads().getLast().range()).isEqualTo("bytes=500000-");
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

    assertRefused(desk::pull, "cannot list acme/model", "no connection", "check the network");

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
