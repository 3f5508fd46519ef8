package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.HubServer;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of the hub from the command line. */
class PullIT {
  private static final String CONTENT = "GET /store/resolve/x/model.safetensors";

  @TempDir Path folder;
  private final byte[] weights = new byte[3_000_000];
  private HubServer server;
  private Path snapshot;

  @BeforeEach
  void open() {
    Randomness.ofTest().nextBytes(weights);
    server =
        new HubServer()
            .with("README.md", "a model")
            .with("config.json", "{}")
            .withLarge("model.safetensors", weights);
    snapshot = folder.resolve("hub/models--acme--model/snapshots/" + HubServer.COMMIT);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Command command() {
    return new Command(folder)
        .withVariable("HF_HUB_CACHE", folder.resolve("hub"))
        .withVariable("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        .withVariable("HF_ENDPOINT", server.address());
  }

  private Path incomplete() {
    return folder.resolve(
        "hub/models--acme--model/blobs/" + server.etag("model.safetensors") + ".incomplete");
  }

  @Test
  void aPullPrintsTheFolderAndTheSecondFetchesNothing() {
    var first = command().run("pull", "acme/model").succeeded();

    assertThat(first.out().lines())
        .anyMatch(line -> line.contains("fetching acme/model: 2 files, 3.0 MB"))
        .endsWith(snapshot.toString());
    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
    int before = server.downloads().size();

    var second = command().run("pull", "hf:acme/model@main").succeeded();

    assertThat(second.out().strip()).isEqualTo(snapshot.toString());
    assertThat(server.downloads()).hasSize(before);
    assertThat(command().run("pull", "acme/model", "--offline").succeeded().out().strip())
        .isEqualTo(snapshot.toString());
  }

  @Test
  void filesAreChosenAndCopied() {
    Path to = folder.resolve("copy");

    var result =
        command()
            .run(
                "pull",
                "acme/model",
                "--include",
                "*.json",
                "--include",
                "*.md",
                "--exclude",
                "READ*",
                "--to",
                to,
                "--token",
                "hf_x")
            .succeeded();

    assertThat(result.out().lines()).endsWith(to.toString());
    assertThat(to).isDirectoryContaining("glob:**/config.json");
    assertThat(to).isDirectoryNotContaining("glob:**/*.{md,safetensors}");
    assertThat(Files.isSymbolicLink(to.resolve("config.json"))).isFalse();
    assertThat(server.requests()).allMatch(request -> request.token().equals("Bearer hf_x"));
  }

  @Test
  void aKilledPullIsContinued() throws IOException {
    server.trouble(CONTENT, server.stallAfter(2_000_000));
    var running = command().start("pull", "acme/model");
    assertThat(running.reaches(() -> sizeOf(incomplete()) == 2_000_000)).isTrue();
    running.process().destroyForcibly();
    running.await();
    assertThat(incomplete()).hasBinaryContent(Arrays.copyOf(weights, 2_000_000));
    assertThat(snapshot.resolve("model.safetensors")).doesNotExist();

    command().run("pull", "acme/model").succeeded();

    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.downloads().getLast().range()).isEqualTo("bytes=2000000-");
  }

  private static long sizeOf(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void twoPullsAtOnceFetchTheWeightsOnce() {
    var one = command().start("pull", "acme/model");
    var other = command().start("pull", "acme/model");

    assertThat(one.await().code()).isZero();
    assertThat(other.await().code()).isZero();

    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.downloads()).filteredOn(r -> r.host().equals("content")).hasSize(1);
  }

  @Test
  void whatCannotBePulledIsOneLine() {
    command().run("pull", "acme/model/x").failed("is no name of a repository", "ORG/NAME");
    command().run("pull", "acme/nothing").failed("acme/nothing", "check the name");
    command().run("pull", "acme/model@v9").failed("acme/model has no revision 'v9'");
    command().run("pull", "acme/model", "--offline").failed("is not in the cache", "offline");
    command().run("pull", "acme/model", "--include", "*.gguf").failed("'*.gguf' fits none");
    command().withLimit("ulimit -f 200").run("pull", "acme/model").failed("cannot write");
    command().run("pull").misused("ORG/NAME");
  }

  @Test
  void commandsTakeModelsOfTheHub() throws IOException {
    Path run = folder.resolve("run");
    Workshop workshop = Workshop.in(folder);
    workshop.command().run(workshop.training(run, "--steps", 3)).succeeded();
    for (String name : new String[] {"config.json", "tokenizer.json", "preprocessor_config.json"}) {
      server.with(name, Files.readString(run.resolve("model").resolve(name)));
    }
    server.withLarge(
        "model.safetensors", Files.readAllBytes(run.resolve("model/model.safetensors")));
    Object[] evaluation = {"eval", "--model", "hf:acme/model", "--val-data", workshop.pictures()};

    var fetched = command().run(evaluation).succeeded();
    server.close();
    var cached = command().run(evaluation).succeeded();

    assertThat(fetched.out()).contains("fetching acme/model: 4 files");
    assertThat(cached.out()).doesNotContain("fetching").contains("image_to_text_R@1");
    command()
        .run("search", "--model", "hf:acme/model", "red")
        .failed("name a folder of pictures with --images");
    command()
        .run("eval", "--model", "acme/model", "--val-data", workshop.pictures())
        .failed("name it hf:acme/model");
  }
}
