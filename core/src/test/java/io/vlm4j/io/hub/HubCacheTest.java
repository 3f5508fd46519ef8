package io.vlm4j.io.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
  private static final String COMMIT = "a".repeat(40);

  @TempDir Path folder;
  private HubCache cache;

  @BeforeEach
  void open() throws IOException {
    cache = new HubCache(folder, "acme/model");
    Files.createDirectories(folder.resolve("models--acme--model/blobs"));
    Files.writeString(cache.blob("one"), "1");
  }

  @Test
  void aBrokenLinkIsNoFileAndIsMended() throws IOException {
    cache.link(COMMIT, "sub/file", "absent");
    assertThat(cache.has(COMMIT, "sub/file")).isFalse();

    cache.link(COMMIT, "sub/file", "one");

    assertThat(cache.has(COMMIT, "sub/file")).isTrue();
    assertThat(cache.snapshot(COMMIT).resolve("sub/file")).hasContent("1");
    assertThat(cache.snapshot(COMMIT).resolve("sub")).isDirectoryContaining("glob:**/file");
    try (var files = Files.list(cache.snapshot(COMMIT).resolve("sub"))) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void withoutLinksTheSnapshotHasCopies() {
    var without = new HubCache(folder, "acme/model", false);

    without.link(COMMIT, "file", "one");

    assertThat(without.snapshot(COMMIT).resolve("file")).hasContent("1");
    assertThat(Files.isSymbolicLink(without.snapshot(COMMIT).resolve("file"))).isFalse();
    assertThat(cache.blob("one")).hasContent("1");
  }

  @Test
  void aRevisionIsWhatItsRefSaysAndACommitIsItself() {
    assertThat(cache.commit("main")).isEmpty();
    assertThat(cache.commit(COMMIT)).contains(COMMIT);

    cache.writeRef("refs/pr/1", COMMIT);

    assertThat(cache.commit("refs/pr/1")).contains(COMMIT);
    assertThat(folder.resolve("models--acme--model/refs/refs/pr/1")).hasContent(COMMIT);
  }

  @Test
  void aRefThatIsNoCommitIsIgnored() throws IOException {
    Files.createDirectories(folder.resolve("models--acme--model/refs"));
    Files.writeString(folder.resolve("models--acme--model/refs/main"), "../../../etc");

    assertThat(cache.commit("main")).isEmpty();
  }
}
