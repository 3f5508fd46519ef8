package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** One training with several seeds. */
class StudyIT {
  private static final String TINY =
      """
      family: vqvae
      imageSize: 16
      halvings: 2
      width: 8
      residualBlocks: 1
      residualWidth: 4
      codebook: {size: 16, width: 4, averaged: true, decay: 0.9, epsilon: 1e-5, restartBelow: 0.05}
      commitment: 0.25
      """;

  @TempDir static Path folder;
  private static Workshop workshop;
  private static Path study;

  @BeforeAll
  static void run() throws IOException {
    workshop = Workshop.in(folder);
    Files.writeString(workshop.model(), TINY);
    study = folder.resolve("study");
    workshop.command().run(study("1,2", "--steps", "5")).succeeded();
  }

  private static Object[] study(String seeds, String... more) {
    var arguments = new ArrayList<Object>(List.of("study", "--seeds", seeds, "--out", study, "--"));
    arguments.addAll(List.of("tokenizer", "train", "--train-data", workshop.pictures()));
    arguments.addAll(List.of("--val-data", workshop.pictures(), "--model", workshop.model()));
    arguments.addAll(List.of("--batch-size", 16, "--threads", 1));
    arguments.addAll(List.of(more));
    return arguments.toArray();
  }

  @Test
  void meansAreThoseOfTheRuns() throws IOException {
    double sum = 0;
    for (int seed = 1; seed <= 2; seed++) {
      Path run = study.resolve("seed-" + seed);
      sum += Json.parse(Files.readString(run.resolve("results.jsonl"))).path("l1").asDouble();
    }
    JsonNode difference =
        Json.readObject(study.resolve("study.json"))
            .path("results")
            .valueStream()
            .filter(row -> row.path("measure").asString().equals("l1"))
            .findFirst()
            .orElseThrow();

    assertThat(difference.path("runs").asInt()).isEqualTo(2);
    assertThat(difference.path("mean").asDouble()).isCloseTo(sum / 2, within(1e-9));
    assertThat(difference.path("low").asDouble()).isLessThan(difference.path("high").asDouble());
  }

  @Test
  void theSameCommandDoesOnlyWhatIsMissing() throws IOException {
    Path done = study.resolve("seed-1").resolve("results.jsonl");
    FileTime before = Files.getLastModifiedTime(done);

    workshop.command().run(study("1,2,3", "--steps", "5")).succeeded();

    assertThat(Files.getLastModifiedTime(done)).isEqualTo(before);
    assertThat(study.resolve("seed-3").resolve("results.jsonl")).isNotEmptyFile();
  }

  @ParameterizedTest
  @CsvSource({
    "--steps=6, is a study of 'tokenizer train",
    "--seed=4, leave out --seed",
  })
  void whatIsNotThatStudyIsRefused(String argument, String message) {
    workshop.command().run(study("1", argument)).failed(message);
  }

  @Test
  void whatIsNoCommandIsRefused() {
    workshop
        .command()
        .run("study", "--out", folder.resolve("other"), "--", "nothing")
        .failed("'nothing' is no command to repeat");
  }
}
