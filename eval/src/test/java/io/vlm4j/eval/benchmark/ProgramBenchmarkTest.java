package io.vlm4j.eval.benchmark;

import static io.vlm4j.eval.benchmark.Examinees.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.records.RecordFormats;
import io.vlm4j.eval.benchmark.ProgramBenchmark.Item;
import io.vlm4j.eval.benchmark.ProgramBenchmark.Truth;
import io.vlm4j.eval.metric.answer.VisualProgram;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramBenchmarkTest {
  @TempDir Path folder;

  private static Item item(String unit, int picture, String code, Truth truth) {
    return new Item(
        unit + picture,
        unit,
        picture(picture),
        "text",
        code,
        VisualProgram.parse(code),
        truth,
        Map.of());
  }

  private static ProgramBenchmark benchmark(List<Item> items) {
    return new ProgramBenchmark(
        new Benchmark.Heading(
            "vpeval", Protocols.VPEVAL_ANSWERS, "test", Ability.ANSWER, new SameAnswer("yes")),
        items);
  }

  /** Says yes of pictures above 10, and that two things are there. */
  private static final Answering SEES =
      new Answering(
          "sees",
          (pictures, questions) ->
              java.util.stream.IntStream.range(0, pictures.size())
                  .mapToObj(i ->
                      questions.get(i).startsWith("How many")
                          ? "two"
                          : pictures.get(i).get(0, 0, 0) > 10 ? "yes" : "no")
                  .toList());

  @Test
  void aModelIsExaminedWhereItIsKnownWhatPicturesShow() {
    ProgramBenchmark benchmark =
        benchmark(
            List.of(
                item("a", 20, "objectEval(image, 'cat')", Truth.SHOWN),
                item("b", 21, "objectEval(image, 'dog')", Truth.SHOWN),
                item("a", 3, "objectEval(image, 'cat')", Truth.NOT_SHOWN),
                item("b", 4, "objectEval(image, 'dog')", Truth.NOT_SHOWN)));
    Outcome right = benchmark.run(SEES, Watch.NONE);
    assertThat(right.measures().stream().map(Measure::value)).containsExactly(1.0, 1.0, 0.0);
    assertThat(right.samples()).hasSize(2);
    Outcome yes = benchmark.run(new SameAnswer("yes"), Watch.NONE);
    assertThat(yes.measures().stream().map(Measure::value)).containsExactly(0.5, 1.0, 1.0);
    assertThat(yes.main().chance()).hasValue(0.5);
    assertThat(yes.worst()).hasSize(2);
  }

  @Test
  void picturesAreScoredByTheMeanOfTheirModules() throws IOException {
    Files.createDirectories(folder.resolve("sd/p"));
    Pictures.write(folder.resolve("sd/p/1.png"), Pictures.plain(4, 4, 0x140000));
    Pictures.write(folder.resolve("sd/p/2.png"), Pictures.plain(4, 4, 0x010000));
    Path file =
        Files.writeString(
            folder.resolve("programs.json"),
            """
            {"sd_p_1": {"text_id": "p_1", "image_path": "sd/p/1.png", "text": "three cats", "code": "objectEval(image, 'cat');countEval(objDet(image, 'cat'), '==3')"},
             "sd_p_2": {"text_id": "p_2", "image_path": "sd/p/2.png", "text": "a dog", "code": "objectEval(image, 'dog')"},
             "sd_p_3": {"text_id": "p_3", "image_path": "sd/p/2.png", "text": "a dog", "code": "no program"}}
            """);
    Benchmark benchmark =
        PublicTasks.of("vpeval", RecordFormats.named("vpeval").open(List.of(file), folder), 10);
    Outcome outcome = benchmark.run(SEES, Watch.NONE);
    assertThat(outcome.main().value()).as("(1/2 + 0) / 2").isEqualTo(0.25);
    assertThat(outcome.measures().stream().map(Measure::name))
        .containsExactly(
            "mean of modules", "modules that look at object", "modules that look at count");
    assertThat(outcome.measures().get(1).value()).isEqualTo(0.5);
    assertThat(outcome.measures().get(2).value()).isZero();
    assertThat(outcome.measures().get(2).size()).isEqualTo(1);
  }

  @Test
  void allOrNothingIsKnown() {
    List<Item> mixed =
        List.of(
            item("a", 1, "objectEval(image, 'cat')", Truth.SHOWN),
            item("b", 2, "objectEval(image, 'cat')", Truth.UNKNOWN));
    assertThatThrownBy(() -> benchmark(mixed))
        .isInstanceOf(InputException.class)
        .hasMessage("vpeval: of some pictures it is known what they show");
  }
}
