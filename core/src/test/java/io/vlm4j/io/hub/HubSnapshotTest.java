package io.vlm4j.io.hub;

import static io.vlm4j.testing.HubServer.COMMIT;
import static io.vlm4j.testing.HubServer.status;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.HubServer;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSnapshotTest {
  private static final String OTHER = "f".repeat(40);

  @TempDir Path folder;
  private final byte[] weights = new byte[300_000];
  private HubServer server;
  private HubDesk desk;

  @BeforeEach
  void open() {
    Randomness.ofTest().nextBytes(weights);
    server =
        new HubServer()
            .with("README.md", "a model")
            .with("config.json", "{}")
            .with("additional_chat_templates/tool use.jinja", "{{ x }}")
            .withLarge("model.safetensors", weights)
            .withLarge("pytorch_model.bin", new byte[] {1});
    desk = HubDesk.at(server, folder.resolve("cache"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void theCacheIsLaidOutAsTheHubDocumentsIt() throws IOException {
    Path snapshot = desk.pull();

    String model = "models--acme--model/";
    String config = server.etag("config.json");
    String template = server.etag("additional_chat_templates/tool use.jinja");
    String large = server.etag("model.safetensors");
    String at = model + "snapshots/" + COMMIT + "/";
    assertThat(snapshot).isEqualTo(desk.settings().cache().resolve(at));
    assertThat(desk.tree().stream().filter(line -> !line.contains(".no_exist")))
        .containsExactlyInAnyOrder(
            ".locks/",
            ".locks/" + model,
            ".locks/" + model + config + ".lock",
            ".locks/" + model + large + ".lock",
            ".locks/" + model + template + ".lock",
            model,
            model + "blobs/",
            model + "blobs/" + config,
            model + "blobs/" + large,
            model + "blobs/" + template,
            model + "refs/",
            model + "refs/main",
            model + "snapshots/",
            at,
            at + "additional_chat_templates/",
            at + "additional_chat_templates/tool use.jinja -> ../../../blobs/" + template,
            at + "config.json -> ../../blobs/" + config,
            at + "model.safetensors -> ../../blobs/" + large);
    assertThat(desk.settings().cache().resolve(model + "refs/main")).hasContent(COMMIT);
    assertThat(Files.size(desk.settings().cache().resolve(model + "refs/main"))).isEqualTo(40);
    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(snapshot.resolve("config.json")).hasContent("{}");
  }

  @Test
  void whatARepositoryLacksIsRemembered() {
    desk.pull();

    assertThat(desk.settings().cache().resolve("models--acme--model/.no_exist/" + COMMIT))
        .isDirectoryContaining("glob:**/tokenizer.json")
        .isDirectoryNotContaining("glob:**/config.json");
  }

  @Test
  void aSecondTimeNothingIsFetched() {
    desk.pull();
    int before = server.requests().size();

    desk.pull();

    assertThat(server.requests().subList(before, server.requests().size()))
        .extracting(HubServer.Request::path)
        .containsExactly("/api/models/acme/model/revision/main");
  }

  @Test
  void whatPythonsClientHasFetchedIsUsed() throws IOException {
    Path model = desk.settings().cache().resolve("models--acme--model");
    Path snapshot = Files.createDirectories(model.resolve("snapshots/" + COMMIT));
    Files.createDirectories(model.resolve("blobs"));
    Files.write(desk.blob("model.safetensors"), weights);
    Files.createSymbolicLink(
        snapshot.resolve("model.safetensors"),
        Path.of("../../blobs", server.etag("model.safetensors")));

    desk.pull();

    assertThat(server.downloads())
        .extracting(HubServer.Request::path)
        .noneMatch(path -> path.contains("model.safetensors"));
  }

  @Test
  void aNewCommitFetchesOnlyWhatHasChanged() {
    Path before = desk.pull();
    server.moveTo(OTHER);
    server.with("config.json", "{\"new\":1}");
    int fetched = server.downloads().size();

    Path after = desk.pull();

    assertThat(server.downloads()).hasSize(fetched + 1);
    assertThat(after.resolve("config.json")).hasContent("{\"new\":1}");
    assertThat(before.resolve("config.json")).hasContent("{}");
    assertThat(after.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(desk.settings().cache().resolve("models--acme--model/refs/main")).hasContent(OTHER);
  }

  @Test
  void aCommitNeedsNoRef() {
    desk.hub().snapshot(HubServer.REPOSITORY, COMMIT, FileSelection.model(), Progress.NONE);

    assertThat(desk.settings().cache().resolve("models--acme--model/refs")).doesNotExist();
  }

  @Test
  void theTokenGoesToTheHubAndToNoOtherHost() {
    desk.with(desk.settings().withToken("hf_secret")).pull();

    assertThat(server.requests())
        .filteredOn(request -> request.host().equals("hub"))
        .isNotEmpty()
        .allMatch(request -> request.token().equals("Bearer hf_secret"));
    assertThat(server.requests())
        .filteredOn(request -> request.host().equals("content"))
        .isNotEmpty()
        .allMatch(request -> request.token().isEmpty());
  }

  @Test
  void aRenamedRepositoryIsFollowed() {
    var old = new ModelName.Repository("acme/old", "main");
    server.trouble(
        "GET /api/models/acme/old/revision/main",
        status(307, "Location", "/api/models/acme/model/revision/main"));
    for (String method : List.of("HEAD", "GET")) {
      server.trouble(
          method + " /acme/old/resolve/" + COMMIT + "/config.json",
          status(307, "Location", "/acme/model/resolve/" + COMMIT + "/config.json"));
    }

    Path snapshot =
        desk.hub()
            .snapshot(old, FileSelection.of(List.of("config.json"), List.of()), Progress.NONE);

    assertThat(snapshot.resolve("config.json")).hasContent("{}");
    assertThat(snapshot.toString()).contains("models--acme--old");
  }

  @Test
  void aRedirectToAnotherKindOfAddressIsRefused() {
    server.trouble("/revision/main", status(302, "Location", "file:///etc/passwd"));

    assertRefused(desk::pull, "redirects to 'file:///etc/passwd'");
  }

  @Test
  void anAddressThatIsNotQuiteOneIsFollowed() {
    server.trouble(
        "GET /acme/model/resolve/" + COMMIT + "/config.json",
        status(
            302,
            "Location",
            "/acme/model/resolve/" + COMMIT + "/config.json?name=\"my config.json\""));

    assertThat(desk.pull().resolve("config.json")).hasContent("{}");
  }

  @Test
  void redirectsInACircleEnd() {
    for (int i = 0; i < 20; i++) {
      server.trouble(
          "/revision/main", status(302, "Location", "/api/models/acme/model/revision/main"));
    }

    assertRefused(desk::pull, "redirects in a circle");
  }

  @Test
  void severalAtOnceFetchEveryFileOnce() throws Exception {
    var pulls = new ArrayList<java.util.concurrent.Future<Path>>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 6; i++) {
        pulls.add(executor.submit(desk::pull));
      }
    }

    for (var pull : pulls) {
      assertThat(pull.get().resolve("model.safetensors")).hasBinaryContent(weights);
    }
    assertThat(server.downloads())
        .filteredOn(request -> request.host().equals("hub"))
        .hasSize(3)
        .doesNotHaveDuplicates();
    assertThat(desk.tree()).noneMatch(line -> line.endsWith(".incomplete"));
  }

  @Test
  void progressGoesToTheSizeOfAllFiles() {
    var begun = new ArrayList<Long>();
    var steps = new ArrayList<Long>();
    desk.hub()
        .snapshot(
            HubDesk.MODEL,
            FileSelection.model(),
            new Progress() {
              @Override
              public void begin(String repository, int files, long bytes) {
                begun.addAll(List.of((long) files, bytes));
              }

              @Override
              public void advance(long done, long all) {
                assertThat(all).isEqualTo(300_009);
                steps.add(done);
              }
            });

    assertThat(begun).containsExactly(3L, 300_009L);
    assertThat(steps).isSorted().endsWith(300_009L);
  }

  @Test
  void offlineNobodyIsAsked() {
    var offline = desk.with(desk.settings().asOffline());
    assertRefused(offline::pull, "acme/model is not in the cache", "offline");
    Path snapshot = desk.pull();
    int before = server.requests().size();

    assertThat(offline.pull()).isEqualTo(snapshot);
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void aFileNameThatLeadsOutOfTheFolderIsRefused() {
    for (String name :
        List.of(
            "../x.json", "/etc/x.json", "a/../../x.json", "..\\x.json", "C:x.json", "a//x.json")) {
      try (var evil = new HubServer().with(name, "evil")) {
        var victim = HubDesk.at(evil, folder.resolve("victim"));
        assertRefused(
            () ->
                victim
                    .hub()
                    .snapshot(
                        HubDesk.MODEL, FileSelection.of(List.of("*"), List.of()), Progress.NONE),
            "refused",
            name);
        assertThat(folder.resolve("victim")).doesNotExist();
      }
    }
  }

  @Test
  void aHashThatIsAPathIsRefused() {
    server.withWrong("config.json", new byte[] {1}, "../../../evil");

    assertRefused(desk::pull, "'../../../evil', which is no hash");
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    var settings = desk.settings();

    assertRefused(
        desk.with(
                new HubSettings(
                    settings.endpoint(),
                    file.resolve("cache"),
                    settings.token(),
                    false,
                    settings.timeout()))
            ::pull,
        "cannot write " + file);
  }
}
