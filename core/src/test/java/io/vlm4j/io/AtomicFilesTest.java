package io.vlm4j.io;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir Path folder;

  @Test
  void aFileIsReplacedAndItsFoldersAreMade() {
    Path file = folder.resolve("a/b/c.txt");
    AtomicFiles.writeString(file, "old");
    AtomicFiles.writeString(file, "new");
    assertThat(file).hasContent("new");
  }

  @Test
  void theOldFileIsThereUntilTheNewOneIsComplete() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "old");
    AtomicFiles.writeFile(
        file,
        aside -> {
          Files.writeString(aside, "new");
          assertThat(file).hasContent("old");
        });
    assertThat(file).hasContent("new");
    assertThat(content()).containsExactly(file);
  }

  @Test
  void aFailedWriterLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "old");
    assertRefused(
        () ->
            AtomicFiles.writeFile(
                file,
                aside -> {
                  Files.writeString(aside, "half");
                  throw new IOException("No space left on device");
                }),
        file.toString(),
        "No space left on device");
    assertThat(file).hasContent("old");
    assertThat(content()).containsExactly(file);
  }

  @Test
  void anyExceptionOfAWriterPassesAndLeavesTheOldFile() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "old");
    assertThatIllegalStateException()
        .isThrownBy(() ->
            AtomicFiles.writeFile(
                file,
                aside -> {
                  Files.writeString(aside, "half");
                  throw new IllegalStateException("a bug");
                }));
    assertThat(file).hasContent("old");
    assertThat(content()).containsExactly(file);
  }

  @Test
  void aFolderIsReplacedAsAWhole() throws IOException {
    Path target = folder.resolve("model");
    AtomicFiles.writeFolder(target, path -> Files.writeString(path.resolve("old"), "1"));
    AtomicFiles.writeFolder(
        target,
        path -> {
          Files.createDirectories(path.resolve("sub"));
          Files.writeString(path.resolve("sub/new"), "2");
          assertThat(target.resolve("old")).exists();
        });
    assertThat(target.resolve("sub/new")).hasContent("2");
    assertThat(target.resolve("old")).doesNotExist();
    assertThat(content()).containsExactly(target);
  }

  @Test
  void aFailedWriterLeavesTheOldFolderAndNothingElse() throws IOException {
    Path target = folder.resolve("model");
    AtomicFiles.writeFolder(target, path -> Files.writeString(path.resolve("old"), "1"));
    assertRefused(
        () ->
            AtomicFiles.writeFolder(
                target,
                path -> {
                  Files.writeString(path.resolve("half"), "2");
                  throw new AccessDeniedException("x");
                }),
        target.toString(),
        "permission denied");
    assertThat(target.resolve("old")).hasContent("1");
    assertThat(target.resolve("half")).doesNotExist();
    assertThat(content()).containsExactly(target);
  }

  @Test
  void aFolderThatCannotBeMovedInPlaceLeavesTheOldOne() throws IOException {
    Path target = folder.resolve("model");
    AtomicFiles.writeFolder(target, path -> Files.writeString(path.resolve("old"), "1"));
    assertRefused(() -> AtomicFiles.writeFolder(target, AtomicFiles::delete), target.toString());
    assertThat(target.resolve("old")).hasContent("1");
    assertThat(content()).containsExactly(target);
  }

  @Test
  void aFileInTheWayOfAFolderIsNamed() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("file"), "x");
    Path below = inTheWay.resolve("target");
    assertRefused(() -> AtomicFiles.writeString(below, "y"), below.toString());
    assertRefused(() -> AtomicFiles.writeFolder(below, _ -> {}), below.toString());
    assertThat(content()).containsExactly(inTheWay);
  }

  @Test
  void aFileDoesNotReplaceAFolder() throws IOException {
    Path target = Files.createDirectories(folder.resolve("model/sub")).getParent();
    assertRefused(() -> AtomicFiles.writeString(target, "y"), target.toString());
    assertThat(target.resolve("sub")).isDirectory();
    assertThat(content()).containsExactly(target);
  }

  @Test
  void deletingTakesAllThatIsInAFolderAndNothingThatALinkPointsTo() throws IOException {
    Path kept = Files.writeString(folder.resolve("kept"), "x");
    Path doomed = Files.createDirectories(folder.resolve("doomed/sub")).getParent();
    Files.writeString(doomed.resolve("sub/file"), "y");
    Files.createSymbolicLink(doomed.resolve("link"), folder.resolve("kept"));
    AtomicFiles.delete(doomed);
    AtomicFiles.delete(doomed);
    assertThat(content()).containsExactly(kept);
  }

  private List<Path> content() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
