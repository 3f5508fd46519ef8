package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vlm4j.testing.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user is told when something is wrong, and that nothing is left behind. */
class CommandIT {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static Workshop workshop;
  private static Path run;
  private static Path model;

  @BeforeAll
  static void trainAModel() throws IOException {
    workshop = Workshop.in(shared);
    run = shared.resolve("run");
    model = run.resolve("model");
    workshop.command().run(workshop.training(run, "--steps", 3)).succeeded();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--nonsense | Unknown option: '--nonsense'",
        "nonsense | 'nonsense'",
        "train | --train-data",
        "train --train-data x --out y --steps many | 'many' is not a",
        "train --train-data x --out y --steps 1 --minutes 1 | mutually exclusive",
        "classify --model x --labels a | IMAGE"
      })
  void aWrongCommandLineIsExplained(String line, String told) {
    workshop.command().run((Object[]) line.split(" ")).misused(told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--steps 0 | the number of steps must be at least 1, not 0",
        "--batch-size 0 | batchSize must be at least 1, not 0",
        "--batch-size 100 | a batch of 100 cannot be drawn from 60 samples",
        "--set training.betaOne=1 | no 'training.betaOne'",
        "--set training.seed= | training.seed",
        "--set training.precision=f17 | unknown precision 'f17'",
        "--model no-such | unknown model 'no-such'",
        "--device tpu | unknown device 'tpu'",
        "--threads -1 | threads must be at least 1",
        "--save-seconds -1 | --save-seconds must be at least 0",
        "--resume latest | holds no run to resume",
        "--csv-img-key x --train-data absent.csv | absent.csv: there is no such file or folder"
      })
  void aTrainingThatCannotBeginLeavesNothing(String options, String told) {
    Path out = folder.resolve("out");
    Object[] arguments =
        Stream.concat(
                Arrays.stream(workshop.training(out)).map(Object::toString),
                Arrays.stream(options.split(" ")))
            .toArray();

    new Command(folder).run(lastOfEach(arguments)).failed(told);

    assertThat(out).doesNotExist();
  }

  @Test
  void aTableWithoutTheColumnIsRefusedWithThoseItHas() throws IOException {
    Path table = Files.writeString(folder.resolve("t.csv"), "picture,words\na.png,a\n");

    workshop
        .command()
        .run("train", "--train-data", table, "--out", folder.resolve("out"))
        .failed("no column 'filepath' or 'image'", "the columns are [picture, words]");

    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aSetWithoutOneReadablePictureIsRefused() throws IOException {
    Path table =
        Files.writeString(
            folder.resolve("t.csv"), "filepath,title\nabsent1.png,a\nabsent2.png,b\n");

    var result = workshop.command().run("eval", "--model", model, "--val-data", table);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().lines().filter(line -> line.startsWith("WARN"))).hasSize(2);
    assertThat(result.err().lines().toList().getLast())
        .isEqualTo("vlm4j: not one of 2 pictures can be read");
  }

  @Test
  void aTruncatedPictureIsRefused() throws IOException {
    Path picture = Pictures.write(folder.resolve("a.png"), Pictures.noise(64, 64, 1));
    byte[] bytes = Files.readAllBytes(picture);
    Files.write(picture, Arrays.copyOf(bytes, bytes.length / 2));

    workshop
        .command()
        .run("classify", "--model", model, "--labels", "a,b", picture)
        .failed(picture.toString(), "truncated");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "absent.png --labels a | absent.png: there is no such file",
        "absent.png --labels , | --labels names no label",
        "absent.png --labels a --template photo | the template 'photo' has no {}"
      })
  void whatCannotBeClassifiedIsNamed(String options, String told) {
    Object[] arguments =
        Stream.concat(
                Stream.of("classify", "--model", model.toString()),
                Arrays.stream(options.split(" ")))
            .toArray();

    workshop.command().run(arguments).failed(told);
  }

  @Test
  void aFolderThatIsNoModelIsRefused() throws IOException {
    workshop
        .command()
        .run("eval", "--model", workshop.pictures(), "--val-data", workshop.pictures())
        .failed(workshop.pictures() + " is no model folder");
    Path damaged = folder.resolve("damaged");
    Files.createDirectory(damaged);
    for (String name : new String[] {"config.json", "tokenizer.json", "preprocessor_config.json"}) {
      Files.copy(model.resolve(name), damaged.resolve(name));
    }
    byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
    Files.write(damaged.resolve("model.safetensors"), Arrays.copyOf(weights, 10_000));

    workshop
        .command()
        .run("search", "--model", damaged, "--images", workshop.pictures(), "red")
        .failed("model.safetensors");
  }

  @Test
  void aResultThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Path out = file.resolve("out");

    workshop
        .command()
        .run("eval", "--model", model, "--val-data", workshop.pictures(), "--out", out)
        .failed("cannot write " + out);
    workshop.command().run(workshop.training(out, "--steps", 2)).failed("cannot write " + file);

    assertThat(file).hasContent("in the way");
  }

  @Test
  void aFolderThatHoldsARunIsNotTrainedInto() {
    workshop
        .command()
        .run(workshop.training(run, "--steps", 3))
        .failed("holds a run already: add --resume latest, or choose another --out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--seed 9 | training.seed 0, not 9",
        "--wd 0.5 | training.weightDecay 0.2, not 0.5",
        "--set training.augmentation.flip=0.5 | training.augmentation.flip 0.0, not 0.5"
      })
  void aRunIsNotResumedWithOtherSettings(String options, String told) throws IOException {
    String params = Files.readString(run.resolve("params.txt"));
    Object[] arguments =
        Stream.concat(
                Arrays.stream(workshop.training(run, "--resume", "latest")),
                Arrays.stream(options.split(" ")))
            .toArray();

    workshop
        .command()
        .run(arguments)
        .failed(run + " was started with " + told + ": resume it with the same settings");

    assertThat(run.resolve("params.txt")).hasContent(params);
  }

  @Test
  void aRunThatIsOlderThanASettingIsResumed() throws IOException {
    Path old = folder.resolve("old");
    workshop.command().run(workshop.training(old, "--steps", 2)).succeeded();
    for (String file : List.of("params.txt", "run.yaml")) {
      Path path = old.resolve(file);
      String known =
          Files.readString(path)
              .lines()
              .filter(line -> !line.contains("groupByLength"))
              .collect(Collectors.joining("\n", "", "\n"));
      Files.writeString(path, known);
    }

    workshop.command().run(workshop.training(old, "--steps", 2, "--resume", "latest")).succeeded();
  }

  @Test
  void aRunIsNotResumedWithOtherData() throws IOException {
    Path fewer = Shapes.write(folder.resolve("fewer"));
    Files.delete(fewer.resolve("red-bar-255.png"));

    workshop
        .command()
        .run(lastOfEach(workshop.training(run, "--resume", "latest", "--train-data", fewer)))
        .failed("train_samples 60, not 59");
  }

  @Test
  void aCheckpointThatIsNotThereIsRefusedWithThoseThatAre() {
    workshop
        .command()
        .run(workshop.training(run, "--resume", "step_00000099"))
        .failed("no checkpoint 'step_00000099': use latest or one of [step_00000003]");
  }

  @Test
  void aSearchThatCannotBeginIsExplained() {
    workshop
        .command()
        .run("search", "--model", model, "--images", folder, "red")
        .failed(folder + " holds no pictures");
    workshop
        .command()
        .run("search", "--model", model, "--images", workshop.pictures(), "-k", 0, "red")
        .failed("--top must be at least 1, not 0");
  }

  @Test
  void aDivergedTrainingSaysSo() {
    workshop
        .command()
        .run(
            lastOfEach(
                workshop.training(
                    folder.resolve("out"), "--steps", 40, "--lr", 1e30, "--warmup", 0)))
        .failed("training diverged: ", "try a lower learning rate or f32");
  }

  @Test
  void tooLittleMemoryIsOneLine() throws IOException {
    Path picture = folder.resolve("huge.png");
    ImageIO.write(
        new BufferedImage(12_000, 12_000, BufferedImage.TYPE_BYTE_BINARY), "png", picture.toFile());

    workshop
        .command()
        .withJvm("-Xmx200m")
        .run("classify", "--model", model, "--labels", "a,b", picture)
        .failed("out of memory", "VLM4J_JAVA_OPTS");
  }

  @Test
  void aFileThatMayNotGrowIsNamedAndNothingHalfIsLeft() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no shell to set limits with");
    Path out = folder.resolve("out");

    new Command(folder)
        .withLimit("ulimit -f 256") // of 512 bytes: less than the weights
        .withJvm("-XX:-UsePerfData")
        .run(workshop.training(out, "--steps", 2))
        .failed("cannot write ", "File too large");

    assertNoWeights(out);
  }

  @Test
  void aFullDiskIsNamedAndNothingHalfIsLeft() throws IOException, InterruptedException {
    assumeTrue(mount(folder), "a small file system cannot be mounted here");
    Path out = folder.resolve("out");

    new Command(shared)
        .run(workshop.training(out, "--steps", 2))
        .failed("cannot write ", "No space left on device");

    assertNoWeights(out);
  }

  private boolean mounted;

  private boolean mount(Path on) throws IOException, InterruptedException {
    mounted = succeeds("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", on.toString());
    return mounted;
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (mounted) {
      assertThat(succeeds("umount", folder.toString())).isTrue();
    }
  }

  private static boolean succeeds(String... command) throws IOException, InterruptedException {
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  private static void assertNoWeights(Path out) throws IOException {
    try (var files = Files.walk(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".safetensors"))
          .noneMatch(name -> name.startsWith("."));
    }
  }

  /** The arguments, with only the last value of an option that comes twice. */
  private static Object[] lastOfEach(Object[] arguments) {
    var last = new LinkedHashMap<Object, Object>();
    var sets = new ArrayList<Object>();
    for (int i = 1; i < arguments.length; i += 2) {
      if (arguments[i].equals("--set")) {
        sets.add("--set");
        sets.add(arguments[i + 1]);
      } else {
        last.put(arguments[i], arguments[i + 1]);
      }
    }
    return Stream.of(
            Stream.of(arguments[0]),
            last.entrySet().stream().flatMap(e -> Stream.of(e.getKey(), e.getValue())),
            sets.stream())
        .flatMap(parts -> parts)
        .toArray();
  }
}
