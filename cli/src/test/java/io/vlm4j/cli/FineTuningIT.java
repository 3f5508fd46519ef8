package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Trainings that begin with the weights of a model. */
class FineTuningIT {
  @TempDir static Path folder;
  private static Workshop workshop;
  private static Path source;

  /** A model that has learned a little, in a folder as others may have left it. */
  @BeforeAll
  static void trainTheSource() throws IOException {
    workshop = Workshop.in(folder);
    Path run = folder.resolve("first");
    workshop.command().run(workshop.training(run, "--steps", 8)).succeeded();
    source = run.resolve("model");
    Path config = source.resolve("config.json");
    ObjectNode json = Json.readObject(config).put("custom_key", "kept");
    json.remove("vlm4j"); // ours, which an edit makes void
    Files.writeString(config, Json.toText(json));
    Files.writeString(source.resolve("README.md"), "---\nlicense: mit\n---\n\n# A model\n");
    Files.writeString(source.resolve("NOTICE"), "to be carried");
  }

  @Test
  void theScoreRisesFromThatOfTheSourceAndTheFolderIsLikeIt() throws IOException {
    Path run = folder.resolve("tuned");
    var result =
        workshop
            .command()
            .run(tuning(run, "--val-data", workshop.pictures(), "--steps", 80, "--lr", 2e-3))
            .succeeded();

    assertThat(result.out())
        .contains("begins     with the weights of " + source, "before", "after")
        .contains("vision: learning rate from x 0.563 below its 1 blocks to x 1 above");
    List<String> lines = Files.readAllLines(run.resolve("results.jsonl"));
    JsonNode before = Json.parse(lines.get(0));
    JsonNode after = Json.parse(lines.get(1));
    assertThat(before.path("image_to_text_R@1")).isEqualTo(measured(source));
    assertThat(after.path("image_to_text_R@1").asDouble())
        .isGreaterThan(before.path("image_to_text_R@1").asDouble());

    Path model = run.resolve("model");
    assertThat(measured(model)).isEqualTo(after.path("image_to_text_R@1"));
    assertThat(Json.readObject(model.resolve("config.json")))
        .isEqualTo(Json.readObject(source.resolve("config.json")));
    for (String name :
        List.of("tokenizer.json", "vocab.json", "preprocessor_config.json", "NOTICE")) {
      assertThat(model.resolve(name)).hasSameBinaryContentAs(source.resolve(name));
    }
    assertThat(Files.readString(model.resolve("README.md")))
        .startsWith("---\nlicense: \"mit\"\n")
        .contains("library_name: \"transformers\"", "image_to_text_R@1", "layerDecay: 0.75");
  }

  @Test
  void aLockedTowerStaysAndARunThatIsResumedIsTheSame() {
    Path whole = folder.resolve("whole");
    Path stopped = folder.resolve("stopped");
    Object[] options = {"--lock-image", "--lr-scale", "text.tokens=0.5", "--lr", 1e-3, "--steps"};
    var result = workshop.command().run(tuning(whole, with(options, 30))).succeeded();
    workshop.command().run(tuning(stopped, with(options, 30, "--save-seconds", 0))).succeeded();
    workshop
        .command()
        .run(tuning(stopped, with(options, 30, "--resume", "step_00000029")))
        .succeeded();

    assertThat(result.out())
        .containsPattern("vision: \\d+ parameters, frozen")
        .contains("text.tokens: 1 parameter, learning rate x 0.5");
    assertThat(stopped.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
    Map<String, float[]> before = weights(source);
    Map<String, float[]> after = weights(whole.resolve("model"));
    after.forEach((name, values) -> {
      if (name.startsWith("vision_model.") || name.startsWith("visual_projection.")) {
        assertThat(values).as(name).isEqualTo(before.get(name));
      }
    });
    assertThat(after.get("text_projection.weight"))
        .isNotEqualTo(before.get("text_projection.weight"));
    workshop
        .command()
        .run(tuning(stopped, "--steps", 30, "--lr", 1e-3, "--resume", "latest"))
        .failed("was started with training.rules");
  }

  @Test
  void whatCannotBeginLeavesNothing() {
    Path out = folder.resolve("none");
    workshop
        .command()
        .run(tuning(out, "--steps", 1, "--freeze", "visual"))
        .failed("the rule 'visual' matches no parameter");
    workshop
        .command()
        .run(tuning(out, "--steps", 1, "--set", "model.vision.layers=2"))
        .failed("leave out --set model");
    assertThat(out).doesNotExist();
  }

  private static Object[] tuning(Path out, Object... more) {
    var arguments = new ArrayList<Object>();
    arguments.addAll(List.of("train", "--train-data", workshop.pictures(), "--model", source));
    arguments.addAll(List.of("--out", out, "--batch-size", 30, "--precision", "f32"));
    arguments.addAll(List.of("--threads", 1));
    arguments.addAll(List.of(more));
    return arguments.toArray();
  }

  private static Object[] with(Object[] options, Object... more) {
    var all = new ArrayList<>(Arrays.asList(options));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static JsonNode measured(Path model) throws IOException {
    Path numbers = folder.resolve("numbers.json");
    workshop
        .command()
        .run("eval", "--model", model, "--val-data", workshop.pictures(), "--out", numbers)
        .succeeded();
    return Json.parse(Files.readString(numbers)).path("image_to_text_R@1");
  }

  private static Map<String, float[]> weights(Path model) {
    var weights = new TreeMap<String, float[]>();
    try (var _ = new Scope()) {
      TensorSource.readAll(model.resolve("model.safetensors"))
          .forEach((name, tensor) -> weights.put(name, Tensors.toFloats(tensor)));
    }
    return weights;
  }
}
