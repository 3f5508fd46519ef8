package io.vlm4j.eval.benchmark;

import static io.vlm4j.eval.benchmark.Examinees.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFormats;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicTasksTest {
  @TempDir Path folder;

  private Source layout(String format, String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return RecordFormats.named(format).open(List.of(file), folder);
  }

  @Test
  void winogroundIsAskedAsItIsPublished() throws IOException {
    Pictures.write(folder.resolve("ex_0_img_0.png"), Pictures.plain(4, 4, 0x010000));
    Pictures.write(folder.resolve("ex_0_img_1.png"), Pictures.plain(4, 4, 0x020000));
    Source source =
        layout(
            "winoground",
            "examples.jsonl",
            """
            {"id": 0, "image_0": "ex_0_img_0", "image_1": "ex_0_img_1", "caption_0": "one", "caption_1": "two", "tag": "x", "collapsed_tag": "Object"}
            """);
    Benchmark benchmark = PublicTasks.of("winoground", source, 10);
    Examinee knows = Examinees.pairs("k", (p, t) -> t.equals(p == 1 ? "one" : "two") ? 1f : 0f);
    Outcome outcome = benchmark.run(knows, Watch.NONE);
    assertThat(outcome.measures()).allMatch(measure -> measure.value() == 1);
    assertThat(outcome.samples().getFirst().tags()).containsEntry("collapsed_tag", "Object");
    assertThat(benchmark.protocol()).isEqualTo(Protocols.WINOGROUND);
  }

  @Test
  void theRightCaptionIsWhereTheLayoutSays() throws IOException {
    Pictures.write(folder.resolve("a.png"), Pictures.plain(4, 4, 0x010000));
    Source aro =
        layout(
            "aro",
            "relation.json",
            """
            [{"image_path": "a.png", "bbox_x": 0, "bbox_y": 0, "bbox_w": 4, "bbox_h": 4, "true_caption": "yes", "false_caption": "no", "relation_name": "on"}]
            """);
    Examinee yes = Examinees.pairs("y", (_, t) -> t.equals("yes") ? 1f : 0f);
    Outcome outcome = PublicTasks.of("aro", aro, 10).run(yes, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(1);
    assertThat(outcome.main().chance()).hasValue(0.5);
    assertThat(outcome.samples().getFirst().tags()).containsEntry("relation_name", "on");
  }

  @Test
  void aQuestionOfPopeBecomesAStatement() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 8; i++) {
      samples.add(
          new Sample(
              "q" + i,
              "q" + i,
              List.of(
                  picture(i % 2),
                  Part.Question.choice(
                      "Is there a snowboard in the image?", List.of("yes", "no"), i % 2)),
              Map.of()));
    }
    Benchmark benchmark = PublicTasks.of("pope", source(samples), 8);
    var asked = new ArrayList<String>();
    Examinee listening =
        Examinees.pairs(
            "l",
            (p, text) -> {
              asked.add(text);
              return p == 0 ? 1f : 0f;
            });
    benchmark.run(listening, Watch.NONE);
    assertThat(asked).containsOnly("a snowboard");
  }

  @Test
  void eightRegionsOfAPictureAreComparedAtATime() {
    var parts = new ArrayList<Part>();
    parts.add(Picture.drawn("p", () -> Pictures.noise(20, 20, 1)));
    for (int i = 0; i < 19; i++) {
      parts.add(new Part.Region(new Part.Box(i, 0, 5, 30), List.of("region " + i), ""));
    }
    Benchmark benchmark =
        PublicTasks.of("dci", source(List.of(new Sample("s", "s", parts, Map.of()))), 10);
    assertThat(benchmark.data().size()).isEqualTo(2);
    assertThat(benchmark.data().pictures()).isEqualTo(16);
    assertThat(benchmark.picture("1/7").pixels().width()).isEqualTo(5);
    assertThat(benchmark.picture("1/7").pixels().height()).isEqualTo(20);
  }

  @Test
  void classesAreThoseOfTheirFolder() {
    var samples =
        List.of(
            Sample.pair("a", "a", picture(0), List.of(), Map.of("cls", 0)),
            Sample.pair("b", "b", picture(1), List.of(), Map.of("cls", 1)));
    Examinee knows =
        Examinees.pairs("k", (p, t) -> t.equals("a " + (p == 0 ? "cat" : "dog")) ? 1f : 0f);
    Outcome outcome =
        PublicTasks.classes(source(samples), List.of("cat", "dog"), List.of("a {c}"), 10)
            .run(knows, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(1);
    assertThatThrownBy(() -> PublicTasks.classes(source(samples), List.of("cat"), List.of(), 10))
        .isInstanceOf(InputException.class)
        .hasMessage("b: class '1' is none of the 1");
  }

  @Test
  void theBaselineKnowsWhatIsUsualInTheSetAndNotWhatIsRight() {
    var samples = new ArrayList<Sample>();
    List<String> shuffled =
        List.of("grass %s eats the", "eats the grass %s", "%s grass the eats", "the grass %s eats");
    for (int i = 0; i < shuffled.size(); i++) {
      String thing = List.of("cat", "dog", "cow", "pig").get(i);
      List<String> captions =
          List.of("the %s eats grass".formatted(thing), shuffled.get(i).formatted(thing));
      samples.add(
          new Sample(
              "q" + i,
              "q" + i,
              List.of(picture(i), Part.Question.choice("", captions, 0)),
              Map.of()));
    }
    Benchmark benchmark = PublicTasks.of("sugarcrepe", source(samples), 8);
    assertThat(benchmark.run(benchmark.baseline(), Watch.NONE).main().value())
        .as("word order gives it away")
        .isEqualTo(1);
  }

  @Test
  void ofAnEmptySetNothingIsAsked() {
    assertThatThrownBy(() -> PublicTasks.of("aro", source(List.of()), 10))
        .isInstanceOf(InputException.class)
        .hasMessage("set: no samples that can be read");
  }

  @Test
  void everyFormatThatIsNamedExists() {
    PublicTasks.formats().values().stream()
        .flatMap(List::stream)
        .forEach(name -> assertThat(RecordFormats.named(name).name()).isEqualTo(name));
  }

  private static Source source(List<Sample> samples) {
    return Source.of(Shard.of("set", samples));
  }
}
