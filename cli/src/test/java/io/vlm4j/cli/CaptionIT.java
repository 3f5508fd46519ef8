package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that also writes: trained, and used by every command. */
class CaptionIT {
  @TempDir static Path folder;
  private static Workshop workshop;
  private static Path run;
  private static Path model;

  @BeforeAll
  static void train() throws IOException {
    workshop = Workshop.in(folder);
    Files.writeString(workshop.model(), TinyModels.COCA);
    run = folder.resolve("run");
    model = run.resolve("model");
    workshop.command().run(workshop.training(run, "--steps", 150)).succeeded();
  }

  private static Path picture(String name) {
    return workshop.pictures().resolve(name);
  }

  @Test
  void picturesThatItKnowsAreNamed() {
    String out =
        workshop
            .command()
            .run("caption", picture("green-cross-255.png"), "--model", model)
            .succeeded()
            .out();
    assertThat(out.strip()).isEqualTo("green cross");
  }

  @Test
  void linesOfJsonTellTheScoresOfEachBeam() {
    String out =
        workshop
            .command()
            .run(
                "caption",
                "--json",
                "--best",
                2,
                "--beams",
                3,
                "--model",
                model,
                picture("green-cross-255.png"),
                picture("red-pole-176.png"))
            .succeeded()
            .out();
    List<String> lines = out.lines().toList();
    assertThat(lines).hasSize(4);
    var first = Json.parse(lines.getFirst());
    assertThat(first.path("file").asString()).endsWith("green-cross-255.png");
    assertThat(first.path("caption").asString()).isEqualTo("green cross");
    assertThat(first.path("whole").asBoolean()).isTrue();
    assertThat(first.path("score").asDouble())
        .isGreaterThanOrEqualTo(Json.parse(lines.get(1)).path("score").asDouble());
    assertThat(Json.parse(lines.get(2)).path("file").asString()).endsWith("red-pole-176.png");
  }

  @Test
  void aCaptionCanBeBegunAndDrawn() {
    String out =
        workshop
            .command()
            .run(
                "caption",
                "--beginning",
                "green",
                "--temperature",
                0.5,
                "--seed",
                3,
                "--model",
                model,
                picture("green-cross-255.png"))
            .succeeded()
            .out();
    assertThat(out).startsWith("green");
  }

  @Test
  void whatExcludesEachOtherIsOneLine() {
    var result =
        workshop
            .command()
            .run(
                "caption",
                "--beams",
                2,
                "--top-k",
                3,
                "--model",
                model,
                picture("green-cross-255.png"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().strip()).contains("choose one").doesNotContain("\n");
  }

  @Test
  void theOtherCommandsTakeItAsTheyTakeAClip() {
    var command = workshop.command();
    assertThat(command.run("inspect", model).succeeded().out())
        .contains("coca", "every tensor has its place", "padding id 0");
    assertThat(
            command
                .run(
                    "classify",
                    picture("green-cross-255.png"),
                    "--model",
                    model,
                    "--labels",
                    "red bar,green cross")
                .succeeded()
                .out())
        .contains("green cross");
    assertThat(
            command
                .run("eval", "--val-data", workshop.pictures(), "--model", model)
                .succeeded()
                .out())
        .contains("text_to_image_R@1");
    assertThat(
            command
                .run(
                    "search",
                    "--images",
                    workshop.pictures(),
                    "--model",
                    model,
                    "--out",
                    folder.resolve("sheet.html"),
                    "green cross")
                .succeeded()
                .out())
        .contains("green-cross");
    Path half = folder.resolve("half");
    command.run("convert", model, half, "--to", "openclip", "--dtype", "bf16").succeeded();
    assertThat(
            command
                .run("caption", picture("green-cross-255.png"), "--model", half)
                .succeeded()
                .out()
                .strip())
        .isEqualTo("green cross");
    var refused = command.run("convert", model, folder.resolve("hf"), "--to", "hf");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("coca", "HUGGING_FACE");
  }
}
