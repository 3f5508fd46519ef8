package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder;

  @Test
  void aFolderThatHoldsARunIsRefusedToANewOne() throws IOException {
    Files.writeString(folder.resolve("params.txt"), "batch_size: 1\n");

    assertThat(RunFolder.isRun(folder)).isTrue();
    assertThatThrownBy(() -> new RunFolder(folder, false))
        .isInstanceOf(InputException.class)
        .hasMessage(folder + " holds a run already: add --resume latest, or choose another --out");
    new RunFolder(folder, true).close();
  }

  @Test
  void aFolderWithoutARunCannotBeResumed() {
    assertThatThrownBy(() -> new RunFolder(folder, true))
        .isInstanceOf(InputException.class)
        .hasMessage(folder + " holds no run to resume");
  }

  @Test
  void nothingIsWrittenBeforeThereIsSomethingToWrite() {
    Path run = folder.resolve("run");

    new RunFolder(run, false).close();

    assertThat(run).doesNotExist();
  }

  @Test
  void settingsAreLinesSortedByName() throws IOException {
    try (var run = new RunFolder(folder, false)) {
      run.writeParams(Map.of("lr", "0.1", "batch_size", "8", "model", "clip: tiny"));
    }

    assertThat(Files.readString(folder.resolve("params.txt")))
        .isEqualTo("batch_size: 8\nlr: 0.1\nmodel: clip: tiny\n");
    try (var run = new RunFolder(folder, true)) {
      assertThat(run.readParams())
          .isEqualTo(Map.of("lr", "0.1", "batch_size", "8", "model", "clip: tiny"));
    }
  }

  @Test
  void theLogGrowsAcrossResumes() throws IOException {
    try (var run = new RunFolder(folder, false)) {
      run.writeParams(Map.of());
      run.log("begun");
    }
    try (var run = new RunFolder(folder, true)) {
      run.log("resumed");
    }

    assertThat(Files.readAllLines(folder.resolve("out.log")))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .matches("\\d{4}-\\d\\d-\\d\\d,\\d\\d:\\d\\d:\\d\\d \\| INFO \\| begun"),
            line -> assertThat(line).endsWith(" | INFO | resumed"));
  }

  @Test
  void resultsAreLinesOfJson() throws IOException {
    try (var run = new RunFolder(folder, false)) {
      run.result(Map.of("n", 3));
      run.result(Map.of("x", 0.5));
    }

    assertThat(Files.readAllLines(folder.resolve("results.jsonl")))
        .containsExactly("{\"n\":3}", "{\"x\":0.5}");
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    try (var run = new RunFolder(file.resolve("run"), false)) {
      assertThatThrownBy(() -> run.writeParams(Map.of()))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("cannot write " + file.resolve("run"));
    }
  }
}
