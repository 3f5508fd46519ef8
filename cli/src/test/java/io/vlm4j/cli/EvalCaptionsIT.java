package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.io.Json;
import io.vlm4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The command that measures captions. */
class EvalCaptionsIT {
  @TempDir Path folder;

  private Command command() {
    return new Command(folder);
  }

  @Test
  void cocosFilesGiveTheScoresOfItsEvaluation() throws IOException {
    JsonNode fixture = Json.readObject(Fixtures.folder("captions").resolve("scores.json"));
    var results = new ArrayList<Object>();
    fixture
        .get("candidates")
        .propertyStream()
        .forEach(entry ->
            results.add(
                Map.of(
                    "image_id", Integer.parseInt(entry.getKey()),
                    "caption", entry.getValue().stringValue())));
    var annotations = new ArrayList<Object>();
    fixture
        .get("references")
        .propertyStream()
        .forEach(entry ->
            entry
                .getValue()
                .valueStream()
                .forEach(text ->
                    annotations.add(
                        Map.of(
                            "image_id", Integer.parseInt(entry.getKey()),
                            "caption", text.stringValue()))));
    Files.writeString(folder.resolve("results.json"), Json.toLine(results));
    Files.writeString(
        folder.resolve("people.json"),
        Json.toLine(Map.of("images", List.of(), "annotations", annotations)));

    var result =
        command()
            .run(
                "eval-captions",
                "--candidates",
                "results.json",
                "--references",
                "people.json",
                "--out",
                "scores.json")
            .succeeded();

    assertThat(result.out())
        .contains("captions   200, against", "  BLEU-4     0.4980  0.", "CIDEr-D");
    JsonNode scores = Json.readObject(folder.resolve("scores.json"));
    JsonNode corpus = fixture.get("corpus");
    Map.of("BLEU-1", "Bleu_1", "BLEU-4", "Bleu_4", "ROUGE-L", "ROUGE_L", "CIDEr-D", "CIDEr")
        .forEach((ours, theirs) -> {
          JsonNode row = scores.get("metrics").get(ours);
          double score = row.get("score").doubleValue();
          assertThat(score).isCloseTo(corpus.get(theirs).doubleValue(), within(1e-9));
          assertThat(row.get("low").doubleValue()).isLessThan(score);
          assertThat(row.get("high").doubleValue()).isGreaterThan(score);
        });
    assertThat(scores.get("captions")).hasSize(200);
    assertThat(scores.get("captions").get(0).get("BLEU-1").doubleValue())
        .isCloseTo(fixture.get("each").get(0).get("Bleu_1").doubleValue(), within(1e-9));
  }

  @Test
  void aPictureThatNobodyDescribedIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"image_id\": 1, \"caption\": \"a dog\"}\n");
    Files.writeString(folder.resolve("b.jsonl"), "{\"image_id\": 2, \"caption\": \"a cat\"}\n");

    command()
        .run("eval-captions", "--candidates", "a.jsonl", "--references", "b.jsonl")
        .failed("picture '1' has no reference caption");
    command()
        .run("eval-captions", "--candidates", "none.jsonl", "--references", "b.jsonl")
        .failed("cannot read none.jsonl");
    command().run("eval-captions", "--candidates", "a.jsonl").misused("--references");
  }
}
