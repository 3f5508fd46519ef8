package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Linear probes of a model with three encoders, on coloured shapes. */
class ProbeIT {
  @TempDir static Path folder;
  private static Workshop workshop;
  private static Path model;
  private static Path table;

  @BeforeAll
  static void train() throws IOException {
    workshop = Workshop.in(folder);
    Files.writeString(workshop.model(), TinyModels.FLAVA);
    Path run = folder.resolve("run");
    model = run.resolve("model");
    workshop.command().run(workshop.training(run, "--steps", 30)).succeeded();
    table = folder.resolve("shapes.csv");
    try (Stream<Path> files = Files.list(workshop.pictures())) {
      List<String> rows =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".png"))
              .sorted()
              .map(name ->
                  "%s,a %s shape,%s"
                      .formatted(
                          workshop.pictures().resolve(name),
                          name.split("-")[0],
                          name.split("-")[0]))
              .toList();
      Files.writeString(table, "filepath,title,colour\n" + String.join("\n", rows) + "\n");
    }
  }

  private Object[] probe(Object... more) {
    return Stream.concat(Stream.of("probe", "--model", model, "--threads", 1), Stream.of(more))
        .toArray();
  }

  @Test
  void everyEncoderAndThePixelsAreMeasured() throws IOException {
    Path out = folder.resolve("probe.jsonl");
    workshop
        .command()
        .run(
            probe(
                "--label",
                "colour",
                "--train-data",
                table,
                "--val-data",
                table,
                "--test-data",
                table,
                "--out",
                out))
        .succeeded();
    var lines = Files.readAllLines(out).stream().map(Json::parse).toList();
    assertThat(lines)
        .map(line -> line.path("encoder").asString())
        .containsExactly("image", "text", "multimodal", "pixels");
    assertThat(lines).allMatch(line -> line.path("test n").asInt() == 60);
    assertThat(lines)
        .allMatch(line -> line.path("test").asDouble() > 0.9, "colours are told apart");
  }

  @Test
  void aLabelThatTellsNothingApartIsOneLine() {
    workshop
        .command()
        .run(
            probe(
                "--label",
                "size",
                "--train-data",
                table,
                "--val-data",
                table,
                "--test-data",
                table))
        .failed("'size'", "no two classes");
    workshop.command().run(probe("--label", "colour")).misused("--train-data");
  }
}
