package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.image.ImageEncoder;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From pictures with names to a model, and what can be done with it. */
class TrainedModelIT {
  @TempDir static Path folder;
  private static Workshop workshop;
  private static Path run;
  private static Path model;
  private static Command.Result training;

  @BeforeAll
  static void train() throws IOException {
    workshop = Workshop.in(folder);
    run = folder.resolve("run");
    model = run.resolve("model");
    training =
        workshop
            .command()
            .run(
                workshop.training(
                    run, "--steps", 150, "--val-data", workshop.pictures(), "--validations", 3))
            .succeeded();
  }

  @Test
  void trainingLeavesARunFolderAndAModelFolder() throws IOException {
    assertThat(run)
        .isDirectoryContaining("glob:**/params.txt")
        .isDirectoryContaining("glob:**/run.yaml")
        .isDirectoryContaining("glob:**/checkpoints")
        .isDirectoryContaining("glob:**/results.jsonl")
        .isDirectoryRecursivelyContaining("glob:**/tensorboard/*tfevents*");
    for (String name :
        List.of(
            "config.json",
            "model.safetensors",
            "preprocessor_config.json",
            "tokenizer.json",
            "vocab.json",
            "merges.txt")) {
      assertThat(model.resolve(name)).isNotEmptyFile();
    }
    assertThat(Files.readString(run.resolve("out.log")))
        .contains("Train Epoch: ")
        .contains("Eval Step: 50 ")
        .contains("Eval Step: 150 ");
    assertThat(Files.readString(run.resolve("params.txt")))
        .contains("training.learningRate: 0.003\n")
        .contains("train_samples: " + Shapes.COUNT + "\n");
    assertThat(training.out()).contains("pictures   60 to learn from").contains(model.toString());
    assertNothingHalfWritten(run);
  }

  @Test
  void theModelHasLearned() throws IOException {
    Path numbers = folder.resolve("numbers.json");

    var result =
        workshop
            .command()
            .run("eval", "--model", model, "--val-data", workshop.pictures(), "--out", numbers)
            .succeeded();

    assertThat(result.out()).contains("60 pictures, 30 captions, 0 skipped");
    var line = Json.readObject(numbers);
    assertThat(line.path("n").asInt()).isEqualTo(Shapes.COUNT);
    assertThat(line.path("image_to_text_R@1").asDouble())
        .as("guessing finds one of 30")
        .isBetween(0.3, 1.0);
    assertThat(line.path("text_to_image_R@10").asDouble()).isBetween(0.6, 1.0);
  }

  @Test
  void aBrokenPictureIsCountedAndDoesNotStopTheEvaluation() throws IOException {
    Path some = Shapes.write(folder.resolve("some"));
    Files.writeString(some.resolve("blue-bar-255.png"), "not a picture");

    var result = workshop.command().run("eval", "--model", model, "--val-data", some);

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("59 pictures, 30 captions, 1 skipped");
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .contains("WARN", "blue-bar-255.png", "not a picture in a known format");
  }

  @Test
  void searchFindsPicturesAndShowsThem() throws IOException {
    Path sheet = folder.resolve("found.html");

    var result =
        workshop
            .command()
            .run(
                "search",
                "--model",
                model,
                "--images",
                workshop.pictures(),
                "-k",
                5,
                "--out",
                sheet,
                "red circle")
            .succeeded();

    List<String> found =
        result.out().lines().filter(line -> line.matches("-?\\d\\.\\d{3}  .*png")).toList();
    assertThat(found).hasSize(5);
    assertThat(found.getFirst()).containsAnyOf("red", "circle");
    double[] scores =
        found.stream().mapToDouble(line -> Double.parseDouble(line.split(" ")[0])).toArray();
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i]).isEqualTo(sorted[scores.length - 1 - i]);
    }
    assertThat(Files.readString(sheet)).contains("red circle", "data:image/png;base64,");
  }

  @Test
  void searchingIsPossibleWherePicturesLieBesideTheModel() throws IOException {
    Path beside = run.resolve("pictures");
    Pictures.write(beside.resolve("deep/big.png"), Pictures.noise(300, 250, 1));
    Pictures.write(beside.resolve("small.png"), Pictures.plain(5, 5, 0xff0000));

    var result =
        workshop
            .command()
            .run("search", "--model", model, "--out", folder.resolve("beside.html"), "red")
            .succeeded();

    assertThat(result.out()).contains("2 pictures searched");
  }

  @Test
  void classifyGivesEveryLabelAShare() throws IOException {
    Path picture = workshop.pictures().resolve("green-cross-255.png");

    var result =
        workshop
            .command()
            .run("classify", "--model", model, "--labels", "red bar, green cross,blue", picture)
            .succeeded();

    double sum =
        result
            .out()
            .lines()
            .mapToDouble(line -> Double.parseDouble(line.strip().split(" ")[0]))
            .sum();
    assertThat(result.out().lines()).hasSize(3).first().asString().endsWith("%  green cross");
    assertThat(sum).isBetween(99.9, 100.1);
  }

  @Test
  void classifyTakesTemplatesAndSeveralPicturesOfAnyKind() throws IOException {
    Path jpeg = folder.resolve("photo.jpg");
    ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "jpg", jpeg.toFile());
    Path png = Files.write(folder.resolve("x.png"), ImageEncoder.png(Pictures.noise(9, 50, 2)));

    var result =
        workshop
            .command()
            .run(
                "classify",
                "--model",
                model,
                "--labels",
                "red,green",
                "--template",
                "a {}",
                "--template",
                "the {} one",
                jpeg,
                png)
            .succeeded();

    assertThat(result.out().lines()).hasSize(6).contains(jpeg.toString(), png.toString());
  }

  @Test
  void aFinishedRunThatIsResumedGivesTheSameModel() throws IOException {
    byte[] before = Files.readAllBytes(model.resolve("model.safetensors"));

    workshop
        .command()
        .run(workshop.training(run, "--steps", 150, "--resume", "latest"))
        .succeeded();

    assertThat(model.resolve("model.safetensors")).hasBinaryContent(before);
  }

  @Test
  void otherCommandsWork() {
    assertThat(workshop.command().run("--version").succeeded().out()).startsWith("vlm4j ");
    assertThat(workshop.command().run("--help").succeeded().out())
        .contains("demo", "train", "eval", "search", "classify", "embed", "models", "doctor");
    assertThat(workshop.command().run("doctor").succeeded().out()).contains("everything works");
  }

  private static void assertNothingHalfWritten(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("."));
    }
  }
}
