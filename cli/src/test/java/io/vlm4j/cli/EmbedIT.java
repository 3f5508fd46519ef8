package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.embedding.EmbeddingFolder;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.io.Json;
import io.vlm4j.io.NpyMatrix;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** embed, tokenize and preprocess as a user has them. */
class EmbedIT {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static Workshop workshop;
  private static Path model;

  @BeforeAll
  static void trainAModel() throws IOException {
    workshop = Workshop.in(shared);
    model = shared.resolve("run/model");
    workshop.command().run(workshop.training(shared.resolve("run"), "--steps", 3)).succeeded();
  }

  private Command.Result embed(Path out, Object... more) {
    var line = new ArrayList<Object>(List.of("embed", "--model", model, "--out", out));
    line.addAll(List.of(more));
    return workshop.command().run(line.toArray());
  }

  private static float[][] rows(Path file) {
    try (var matrix = new NpyMatrix(file)) {
      var rows = new float[(int) matrix.rows()][matrix.columns()];
      for (int i = 0; i < rows.length; i++) {
        matrix.read(i, rows[i]);
      }
      return rows;
    }
  }

  @Test
  void everyRowIsTheVectorOfItsOwnPictureAndCaptionAlsoBehindADamagedOne() throws IOException {
    Path pictures = Shapes.write(folder.resolve("pictures"));
    Files.writeString(pictures.resolve("black-circle-176.png"), "damaged");
    Path out = folder.resolve("out");

    var result =
        embed(
            out,
            "--images",
            pictures,
            "--with-captions",
            "--partition",
            25,
            "--batch-size",
            8,
            "--dtype",
            "f32");

    assertThat(result.code()).isZero();
    assertThat(result.err().lines()).singleElement().asString().contains("black-circle-176.png");
    assertThat(result.out()).contains("59 rows", "3 partitions", "1 skipped");
    try (var pretrained = Pretrained.load(model, Engine.device("cpu"))) {
      Path last = pictures.resolve("yellow-square-255.png").toAbsolutePath();
      assertThat(rows(out.resolve("img_emb/img_emb_2.npy"))[9])
          .as("files are sorted, 10 are in the last partition")
          .containsExactly(
              pretrained.embedImages(List.of(ImageDecoder.read(last)))[0], within(1e-5f));
      float[][] texts = rows(out.resolve("text_emb/text_emb_0.npy"));
      assertThat(texts).hasNumberOfRows(24);
      assertThat(texts[23])
          .containsExactly(pretrained.embedTexts(List.of("green bar"))[0], within(1e-5f));
      float[] query = rows(out.resolve("img_emb/img_emb_1.npy"))[0];
      var hit = new EmbeddingFolder(out).nearest(query, 1).best().getFirst();
      assertThat(hit.score()).isCloseTo(1, within(1e-5));
      assertThat(rows(out.resolve("img_emb/img_emb_1.npy"))).hasNumberOfRows(25);
    }
  }

  @Test
  void aSecondRunMakesOnlyWhatIsMissingAndTheSameBytes() throws IOException {
    Path out = folder.resolve("out");
    embed(out, "--images", workshop.pictures(), "--partition", 20).succeeded();
    var before = Files.getLastModifiedTime(out.resolve("img_emb/img_emb_0.npy"));
    byte[] vectors = Files.readAllBytes(out.resolve("img_emb/img_emb_1.npy"));
    byte[] names = Files.readAllBytes(out.resolve("metadata/metadata_1.parquet"));
    // As a kill leaves it: the metadata comes last, and half a file has a name of its own.
    Files.delete(out.resolve("metadata/metadata_1.parquet"));
    Files.write(out.resolve("img_emb/img_emb_1.npy"), new byte[7]);
    Files.write(out.resolve("img_emb/.img_emb_1.npy.half"), new byte[7]);

    var result = embed(out, "--images", workshop.pictures(), "--partition", 20).succeeded();

    assertThat(result.out()).contains("60 rows", "3 partitions (2 were there)");
    assertThat(Files.getLastModifiedTime(out.resolve("img_emb/img_emb_0.npy"))).isEqualTo(before);
    assertThat(out.resolve("img_emb/img_emb_1.npy")).hasBinaryContent(vectors);
    assertThat(out.resolve("metadata/metadata_1.parquet")).hasBinaryContent(names);
    assertThat(out.resolve("img_emb/.img_emb_1.npy.half")).doesNotExist();
  }

  @Test
  void aRunThatIsKilledIsContinued() throws IOException {
    Path out = folder.resolve("out");
    Object[] line = {
      "embed",
      "--model",
      model,
      "--images",
      workshop.pictures(),
      "--out",
      out,
      "--partition",
      3,
      "--batch-size",
      1
    };
    var running = workshop.command().start(line);
    boolean begun =
        running.reaches(() -> Files.exists(out.resolve("metadata/metadata_01.parquet")));
    running.process().destroyForcibly();
    running.await();

    var result = workshop.command().run(line).succeeded();

    assertThat(begun).isTrue();
    assertThat(result.out()).contains("60 rows", "20 partitions").doesNotContain("(0 were there)");
    Path whole = folder.resolve("whole");
    embed(whole, "--images", workshop.pictures(), "--partition", 3, "--batch-size", 1).succeeded();
    try (var files = Files.walk(whole)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(out.resolve(whole.relativize(file))).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void aFolderOfAnotherMakingIsRefused() throws IOException {
    Path out = folder.resolve("out");
    Path texts = Files.writeString(folder.resolve("texts.txt"), "a\nb\n\nc\n");
    var made = embed(out, "--texts", texts).succeeded();
    assertThat(made.out()).contains("4 rows of 32 values in f16");

    embed(out, "--texts", texts, "--dtype", "f32").failed("was begun with dtype f16, not f32");
    embed(out, "--texts", texts, "--partition", 2).failed("partition 100000, not 2");
    Files.writeString(texts, "a\nb\n\nd\n");
    embed(out, "--texts", texts).failed("other inputs", "texts.txt");
    Path other = shared.resolve("other");
    if (!Files.exists(other)) {
      workshop.command().run(workshop.training(other, "--steps", 2)).succeeded();
    }
    Files.writeString(texts, "a\nb\n\nc\n");
    workshop
        .command()
        .run("embed", "--model", other.resolve("model"), "--texts", texts, "--out", out)
        .failed("another model");
    try (var channel = FileChannel.open(out.resolve(".lock"), StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      embed(out, "--texts", texts).failed("another embed");
    }
    workshop
        .command()
        .run("search", "--model", model, "--embeddings", out, "a")
        .failed("no vectors of pictures");
  }

  @Test
  void whatCannotBeEmbeddedIsExplained() throws IOException {
    Path out = folder.resolve("out");
    Path list = Files.writeString(folder.resolve("list.txt"), "absent.png\n");

    embed(out).failed("either --images or --texts");
    embed(out, "--texts", list, "--images", list).failed("either --images or --texts");
    embed(out, "--images", list, "--with-captions").failed("a list has no captions");
    embed(out, "--images", folder.resolve("x")).failed("there is no such file");
    embed(out, "--texts", list, "--batch-size", 0).failed("at least 1");
    embed(out, "--texts", list, "--dtype", "int8").failed("use f16 or f32");
    assertThat(out).doesNotExist();
    assertThat(embed(out, "--images", list).err()).contains("not one of 1 pictures can be read");
  }

  @Test
  void searchFindsInATableOfPicturesWhatItFindsInTheirFolder() throws IOException {
    var table = new StringBuilder("filepath\ttitle\n");
    for (Path file : PictureFiles.in(workshop.pictures())) {
      table.append(file).append("\tx\n");
    }
    Path csv = Files.writeString(folder.resolve("pairs.csv"), table);
    Path out = folder.resolve("out");
    embed(out, "--images", csv, "--dtype", "f32").succeeded();
    Path sheet = folder.resolve("sheet.html");

    var stored =
        workshop
            .command()
            .run(
                "search",
                "--model",
                model,
                "--embeddings",
                out,
                "-k",
                4,
                "--out",
                sheet,
                "red circle")
            .succeeded();
    var fresh =
        workshop
            .command()
            .run(
                "search",
                "--model",
                model,
                "--images",
                workshop.pictures(),
                "-k",
                4,
                "--out",
                sheet,
                "red circle")
            .succeeded();

    assertThat(stored.out().lines())
        .hasSize(5)
        .containsExactlyElementsOf(
            fresh.out().lines().filter(line -> !line.startsWith("embedding")).toList());
    workshop
        .command()
        .run("search", "--model", model, "--embeddings", out, "--images", out, "red")
        .failed("give one of them");
  }

  @Test
  void tokenizeGivesALineOfJsonForEachText() {
    String text = "red circle";

    var lines =
        workshop
            .command()
            .run("tokenize", "--model", model, text, "red ".repeat(50))
            .succeeded()
            .out()
            .lines()
            .map(Json::parse)
            .toList();

    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst().path("text").asString()).isEqualTo(text);
    assertThat(lines.getFirst().path("truncated").asBoolean()).isFalse();
    assertThat(lines.getFirst().path("length").asInt())
        .isEqualTo(lines.getFirst().path("ids").size())
        .isEqualTo(lines.getFirst().path("tokens").size())
        .isGreaterThan(2);
    assertThat(lines.getLast().path("truncated").asBoolean()).isTrue();
    assertThat(lines.getLast().path("length").asInt()).isGreaterThanOrEqualTo(52);
    assertThat(lines.getLast().path("ids").size()).as("the model's context").isEqualTo(8);
  }

  @Test
  void preprocessWritesThePixelsThatTheModelSees() {
    Path out = folder.resolve("pixels.safetensors");
    Path first = workshop.pictures().resolve("red-bar-255.png");
    Path second = workshop.pictures().resolve("red-bar-176.png");

    workshop.command().run("preprocess", "--model", model, first, second, "--out", out).succeeded();

    try (var pretrained = Pretrained.load(model, Engine.device("cpu"));
        var _ = new Scope()) {
      var preprocessing = pretrained.preprocessing();
      var expected = new float[2 * preprocessing.values()];
      preprocessing.normalize(preprocessing.square(ImageDecoder.read(first)), expected, 0);
      preprocessing.normalize(
          preprocessing.square(ImageDecoder.read(second)), expected, preprocessing.values());
      var pixels = TensorSource.readAll(out).get("pixel_values");
      assertThat(pixels.shape()).containsExactly(2, 3, 16, 16);
      assertThat(Tensors.toFloats(pixels)).containsExactly(expected);
    }
    workshop
        .command()
        .run("preprocess", "--model", model, "absent.png", "--out", out)
        .failed("absent.png");
  }

  @Test
  void theDoctorNamesWhatSlowsDownAndWhatToDo() {
    var result =
        workshop.command().withVariable("OPENBLAS_L2_SIZE", "1024").run("doctor").succeeded();

    assertThat(result.out())
        .contains("libtorch 2.", "auto means", "GFLOPS", "use --threads", "Java heap", "hub ")
        .contains("OPENBLAS_L2_SIZE=1024 is set: it can halve the speed; unset it");
  }

  @Test
  void theDoctorEndsWithOneWhereSomethingIsBroken() {
    var result = workshop.command().withVariable("HF_ENDPOINT", "nowhere").run("doctor");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains("broken", "'nowhere' is no address of a hub");
  }
}
