package io.vlm4j.io.hub;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.HubServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelLocationTest {
  private static final String NAME = "hf:" + HubServer.REPOSITORY;

  @TempDir Path folder;
  private HubServer server;
  private HubDesk desk;

  @BeforeEach
  void open() {
    String index =
        """
        {"weight_map": {"a": "model-00001-of-00002.safetensors",
                        "b": "model-00002-of-00002.safetensors"}}
        """;
    server =
        new HubServer()
            .with("config.json", "{}")
            .with("model.safetensors.index.json", index)
            .withLarge("model-00001-of-00002.safetensors", bytes("one"))
            .withLarge("model-00002-of-00002.safetensors", bytes("two"));
    desk = HubDesk.at(server, folder.resolve("cache"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Path resolve(String name) {
    return ModelLocation.resolve(name, desk.hub(), Progress.NONE);
  }

  @Test
  void aFolderStaysAsItIs() {
    assertThat(resolve("runs/some/model")).isEqualTo(Path.of("runs/some/model"));
    assertThat(resolve("local-dir:" + folder)).isEqualTo(folder);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aRepositoryIsFetchedOnceAndThenTakenWithoutAskingTheHub() {
    Path first = resolve(NAME);
    assertThat(first.resolve("model-00002-of-00002.safetensors")).hasContent("two");
    int before = server.requests().size();
    server.moveTo("f".repeat(40));

    assertThat(resolve(NAME)).isEqualTo(first);
    assertThat(resolve("hf-hub:" + HubServer.REPOSITORY + "@" + HubServer.COMMIT)).isEqualTo(first);
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void aSnapshotThatLacksAShardIsCompleted() throws IOException {
    Path snapshot = resolve(NAME);
    Files.delete(snapshot.resolve("model-00002-of-00002.safetensors"));
    Files.delete(desk.blob("model-00002-of-00002.safetensors"));
    int before = server.downloads().size();

    resolve(NAME);

    assertThat(snapshot.resolve("model-00002-of-00002.safetensors")).hasContent("two");
    assertThat(server.downloads().subList(before, server.downloads().size()))
        .filteredOn(request -> request.host().equals("content"))
        .hasSize(1);
  }

  @Test
  void aSnapshotOfWhichOnlyTheConfigurationWasFetchedIsCompleted() {
    desk.hub()
        .snapshot(
            HubDesk.MODEL,
            FileSelection.of(java.util.List.of("config.json"), java.util.List.of()),
            Progress.NONE);

    assertThat(resolve(NAME).resolve("model-00001-of-00002.safetensors")).hasContent("one");
  }

  @Test
  void aBareNameIsNotLookedUp() {
    assertRefused(() -> resolve(HubServer.REPOSITORY), "name it hf:acme/model");
    assertThat(server.requests()).isEmpty();
  }
}
