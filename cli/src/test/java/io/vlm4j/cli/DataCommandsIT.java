package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.lettering.Typefaces;
import io.vlm4j.data.source.ClipBenchmarkFolder;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for data sets. */
class DataCommandsIT {
  @TempDir Path folder;

  @BeforeEach
  void writePictures() throws IOException {
    Shapes.write(folder.resolve("shapes"));
  }

  private Command command() {
    return new Command(folder);
  }

  private void breakOne() throws IOException {
    Files.writeString(folder.resolve("shapes/red-bar-255.png"), "not a picture");
  }

  private List<Sample> read(String place) {
    var skipped = new SkippedSamples();
    List<Sample> samples =
        Sources.open(folder.resolve(place).toString(), Columns.USUAL).stream(skipped).toList();
    assertThat(skipped.causes()).isEmpty();
    return samples;
  }

  @Test
  void inspectSaysWhatIsThereAndWhatIsBroken() throws IOException {
    breakOne();

    var result = command().run("data", "inspect", "shapes", "--out", "page.html");

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("60 in shapes; 1 broken", "picture 59, text 59", "PNG 59")
        .contains("width      24 to 24", "words      2 to 2", "29 repeated")
        .contains("red-bar-255.png: ", "not a picture in a known format", "page.html");
    assertThat(result.err().lines()).hasSize(1).allMatch(line -> line.contains("skipped"));
    assertThat(folder.resolve("page.html"))
        .content()
        .contains("data-histogram", "data:image/png;base64,", "not a picture in a known format")
        .contains("default-src 'none'");
  }

  @Test
  void everyLayoutGivesBackTheSamePairs() {
    List<String> texts = read("shapes").stream().map(Sample::text).toList();
    for (String layout : List.of("webdataset", "parquet", "jsonl", "clip-benchmark")) {
      var result =
          command().run("data", "convert", "shapes", "--to", layout, "--out", layout).succeeded();

      assertThat(result.out()).contains(layout + ": 60 samples in 1 shards (0 shards were there)");
      String place = layout.equals("clip-benchmark") ? layout + "/test" : layout;
      assertThat(read(place)).extracting(Sample::text).isEqualTo(texts);
    }
  }

  @Test
  void picturesOfTextAreMadeOnceAndNotMixedWithOthers() {
    try {
      Typefaces.ofThisMachine();
    } catch (InputException e) {
      abort(e.getMessage());
    }
    Object[] making = {
      "data", "text-pictures", "--out", "letters", "--count", 12, "--shard-size", 5
    };

    assertThat(command().run(making).succeeded().out())
        .contains("letters: 12 samples in 3 shards (0 shards were there)");
    assertThat(command().run(making).succeeded().out()).contains("0 samples in 3 shards (3 shards");

    assertThat(read("letters"))
        .hasSize(12)
        .allMatch(sample -> sample.text().contains(sample.label("text").replace('\n', ' ')))
        .allMatch(sample -> sample.picture().pixels().width() == 224);
    var other = new ArrayList<>(List.of(making));
    other.addAll(List.of("--seed", 1));
    command().run(other.toArray()).failed("holds another conversion");
  }

  @Test
  void aConversionIsContinuedAndNotMixedWithAnother() throws IOException {
    breakOne();
    Object[] conversion = {
      "data", "convert", "shapes", "--to", "webdataset", "--out", "tars", "--shard-size", 16
    };
    var first = command().run(conversion);
    assertThat(first.code()).isZero();
    assertThat(first.out()).contains("59 samples in 4 shards", "left out   1 broken or unfit");
    Files.delete(folder.resolve("tars/00001_stats.json"));

    assertThat(command().run(conversion).out()).contains("tars: 16 samples in 4 shards (3 shards");

    assertThat(read("tars")).hasSize(59);
    var other = new ArrayList<>(List.of(conversion));
    other.set(other.size() - 1, 17);
    command().run(other.toArray()).failed("its shard size is 16, not 17");
  }

  @Test
  void classesBecomeASetForClassification() throws IOException {
    for (String name : List.of("cat/a", "ant/b", "cat/c")) {
      Path picture = folder.resolve("animals/" + name + ".png");
      Files.createDirectories(picture.getParent());
      Files.copy(folder.resolve("shapes/red-bar-255.png"), picture);
    }

    command()
        .run(
            "data",
            "convert",
            "animals",
            "--to",
            "clip-benchmark",
            "--class",
            "class",
            "--out",
            "x")
        .succeeded();

    assertThat(ClipBenchmarkFolder.read(folder.resolve("x")).classNames())
        .containsExactly("ant", "cat");
    assertThat(read("x/test")).extracting(s -> s.label("cls")).containsExactly("0", "1", "1");
  }

  @Test
  void aSplitKeepsWhatBelongsTogether() {
    Object[] split = {
      "data",
      "split",
      "shapes",
      "--parts",
      "train=0.7,test=0.3",
      "--by",
      "text",
      "--to",
      "jsonl",
      "--out",
      "parts"
    };
    var result = command().run(split).succeeded();

    List<Sample> train = read("parts/train");
    List<Sample> test = read("parts/test");
    assertThat(train.size() + test.size()).isEqualTo(60);
    assertThat(train)
        .extracting(Sample::text)
        .doesNotContainAnyElementsOf(test.stream().map(Sample::text).toList());
    assertThat(result.out()).contains("parts/train: " + train.size() + " samples");
    assertThat(command().run(split).succeeded().out()).contains("(1 shards were there)");
  }

  @Test
  void recordFormatsAreListedAndRead() throws IOException {
    assertThat(command().run("data", "formats").succeeded().out())
        .contains("coco-captions", "questions, annotations?", "folder or archive");
    Files.writeString(
        folder.resolve("talk.json"),
        """
        [{"id": "1", "image": "red-bar-255.png", "conversations": [
          {"from": "human", "value": "<image>\\nWhat is it?"},
          {"from": "gpt", "value": "A red bar."}]}]
        """);

    var inspected =
        command()
            .run("data", "inspect", "talk.json", "--format", "llava", "--images", "shapes")
            .succeeded();

    assertThat(inspected.out()).contains("1 in llava: talk.json", "turn 2", "PNG 1", "24 to 24");
    command()
        .run(
            "data",
            "convert",
            "talk.json",
            "--format",
            "llava",
            "--images",
            "shapes",
            "--to",
            "parquet",
            "--out",
            "talk")
        .succeeded();
    assertThat(read("talk").getFirst().parts()).hasSize(2);
  }

  @Test
  void whatCannotBeDoneIsOneLineAndNothingIsWritten() throws IOException {
    command().run("data", "inspect", "nowhere").failed("nowhere", "no such file or folder");
    command().run("data", "inspect", "x.json", "--format", "lava").failed("'lava'", "llava");
    command().run("data", "inspect", "x.json", "--format", "llava").failed("x.json");
    command().run("data", "inspect", "shapes", "--images", "x").failed("--format");
    command().run("data", "inspect", "shapes", "--limit", 0).failed("--limit");
    command().run("data", "convert", "shapes", "--to", "zip", "--out", "o").failed("'zip'");
    command()
        .run("data", "convert", "shapes", "--to", "jsonl", "--class", "c", "--out", "o")
        .failed("--class goes with --to clip-benchmark");
    command()
        .run("data", "convert", "shapes", "--to", "jsonl", "--shard-size", 0, "--out", "o")
        .failed("must be at least 1");
    command()
        .run("data", "convert", "shapes", "--to", "jsonl", "--out", "shapes")
        .failed("shapes is not empty");
    command()
        .run("data", "split", "shapes", "--to", "jsonl", "--out", "o", "--parts", "a=0.5,b=0.6")
        .failed("add up to 1.1");
    command()
        .run(
            "data",
            "split",
            "shapes",
            "--to",
            "jsonl",
            "--out",
            "o",
            "--parts",
            "a=0.5,b=0.5",
            "--by",
            "photo")
        .failed("no 'photo'");
    command().run("data", "convert", "shapes", "--to", "jsonl").misused("--out");
    command().run("data", "split", "shapes", "--parts", "a").misused("NAME=SHARE");
    Files.createDirectory(folder.resolve("empty"));
    command().run("data", "inspect", "empty").failed("no samples in it");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("shapes", "empty");
    }
  }
}
