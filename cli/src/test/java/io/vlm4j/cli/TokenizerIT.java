package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.Json;
import io.vlm4j.io.NpyIntegers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer: trained, looked through with, and used. */
class TokenizerIT {
  private static final String TINY =
      """
      family: vqvae
      imageSize: 16
      halvings: 2
      width: 16
      residualBlocks: 1
      residualWidth: 8
      codebook: {size: 32, width: 8, averaged: true, decay: 0.9, epsilon: 1e-5, restartBelow: 0.05}
      commitment: 0.25
      """;

  @TempDir static Path folder;
  private static Workshop workshop;
  private static Path run;
  private static Path model;

  @BeforeAll
  static void train() throws IOException {
    workshop = Workshop.in(folder);
    Files.writeString(workshop.model(), TINY);
    run = folder.resolve("run");
    model = run.resolve("model");
    workshop.command().run(training(run, "--steps", 60)).succeeded();
  }

  private static Object[] training(Path out, Object... more) {
    var arguments =
        new ArrayList<Object>(
            List.of("tokenizer", "train", "--train-data", workshop.pictures(), "--out", out));
    arguments.addAll(List.of("--val-data", workshop.pictures(), "--model", workshop.model()));
    arguments.addAll(List.of("--batch-size", 16, "--lr", 3e-3, "--threads", 1));
    arguments.addAll(List.of(more));
    return arguments.toArray();
  }

  @Test
  void theReportTellsWhatIsLeftOfPictures() throws IOException {
    var line = Json.parse(Files.readString(run.resolve("results.jsonl")));
    assertThat(line.path("l1").asDouble()).isBetween(0.0, 0.3); // 0.4 and more at the beginning
    assertThat(line.path("perplexity").asDouble()).isGreaterThan(2);
    assertThat(run.resolve("reconstructions.html")).isNotEmptyFile();
  }

  @Test
  void codesBecomePicturesLikeTheOriginals() throws IOException {
    Path picture = workshop.pictures().resolve("green-cross-255.png");
    Path codes = folder.resolve("codes.npy");
    workshop
        .command()
        .run("tokenizer", "encode", "--model", model, picture, "--out", codes)
        .succeeded();
    assertThat(NpyIntegers.read(codes).shape()).containsExactly(1, 4, 4);
    Path out = folder.resolve("pictures");
    workshop
        .command()
        .run("tokenizer", "decode", "--model", model, codes, "--out", out)
        .succeeded();
    Pixels made = ImageDecoder.read(out.resolve("00000.png"));
    assertThat(made.width()).isEqualTo(16);
    assertThat(made.height()).isEqualTo(16);
  }

  @Test
  void aFinishedRunIsNotTrainedOverUnasked() {
    var result = workshop.command().run(training(run, "--steps", 60));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("holds a run already");
  }
}
