package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The card of a model, asked about data of the user's. */
class CardIT {
  @TempDir static Path folder;
  private static Workshop workshop;
  private static Path model;

  @BeforeAll
  static void train() throws IOException {
    workshop = Workshop.in(folder);
    Path run = folder.resolve("run");
    workshop.command().run(workshop.training(run, "--steps", 150)).succeeded();
    model = run.resolve("model");
  }

  private static Command.Result card(Path out, String suite, Object... more) {
    var arguments = new ArrayList<Object>();
    arguments.addAll(List.of("eval", "--model", model, "--suite", suite, "--out", out));
    arguments.addAll(List.of(more));
    return workshop.command().run(arguments.toArray());
  }

  @Test
  void pairsOfTheUsersAreSearchedAndTheCardIsComparedWithItself() {
    Path out = folder.resolve("card");
    String said =
        card(out, "retrieval", "--data", "retrieval=" + workshop.pictures()).succeeded().out();
    assertThat(said).contains("retrieval", "mean R@1", "card.html");
    assertThat(out.resolve("card.html")).content().contains("retrieval/1");
    assertThat(Json.readObject(out.resolve("card.json")).at("/tasks/0/scores/0/value").asDouble())
        .isGreaterThan(0.5);

    assertThat(
            card(out, "retrieval", "--data", "retrieval=" + workshop.pictures()).succeeded().out())
        .contains("(was there)");
    assertThat(workshop.command().run("eval", "compare", out, out).succeeded().out())
        .contains("mean R@1", "+0.0000", "p 1.0000");
  }

  @Test
  void sugarCrepesCaptionsAreChosen() throws IOException {
    Path captions =
        Files.writeString(
            folder.resolve("swap_att.json"),
            """
            {"0": {"filename": "green-cross-255.png", "caption": "green cross", "negative_caption": "red circle"}}
            """);
    Path out = folder.resolve("choices");
    card(
            out,
            "sugarcrepe",
            "--data",
            "sugarcrepe=" + captions,
            "--images",
            "sugarcrepe=" + workshop.pictures())
        .succeeded();
    assertThat(Json.readObject(out.resolve("card.json")).at("/tasks/0/scores/0/value").asDouble())
        .isEqualTo(1);
  }

  @Test
  void whatCannotBeAskedIsToldInALine() {
    Path out = folder.resolve("none");
    card(out, "no-such-task").failed("no task or suite 'no-such-task'");
    card(out, "doc-vqa").failed("give it data with --data doc-vqa=PATH");
    card(out, "aro", "--data", "bias=x").failed("no data can be given to that task");
    workshop
        .command()
        .run("eval", "--model", model)
        .failed("either --val-data PATH or --suite NAME");
    workshop.command().run("eval", "--suite", "quick").misused("--model");
    workshop.command().run("eval", "compare", out, out).failed("is no card");
  }
}
