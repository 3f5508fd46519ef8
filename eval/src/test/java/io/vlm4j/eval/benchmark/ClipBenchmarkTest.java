package io.vlm4j.eval.benchmark;

import static io.vlm4j.eval.benchmark.Examinees.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.data.Picture;
import io.vlm4j.data.records.RecordFormats;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipBenchmarkTest {
  @TempDir Path folder;

  private static ClipQuestion question(String unit, List<Picture> frames, int correct) {
    List<String> choices = List.of("up", "down");
    return new ClipQuestion(
        unit + "/" + correct,
        unit,
        frames,
        "Up or down?",
        List.of(choices.get(correct)),
        choices,
        correct,
        choices,
        Map.of());
  }

  private static ClipBenchmark benchmark(
      ClipBenchmark.Rule rule, List<ClipQuestion> questions, int frames) {
    return new ClipBenchmark(
        new Benchmark.Heading(
            "clips", Protocols.TEMPORAL, "test", Ability.COMPARE, new SameAnswer("up")),
        rule,
        questions,
        frames);
  }

  /** Both orders of several frames. */
  private static List<ClipQuestion> pairs(int count, int length) {
    var questions = new ArrayList<ClipQuestion>();
    for (int i = 0; i < count; i++) {
      int first = i * length;
      List<Picture> frames =
          IntStream.range(first, first + length).mapToObj(Examinees::picture).toList();
      questions.add(question("u" + i, frames, 0));
      questions.add(question("u" + i, frames.reversed(), 1));
    }
    return questions;
  }

  private static double value(Outcome outcome, String name) {
    return outcome.measures().stream()
        .filter(measure -> measure.name().equals(name))
        .mapToDouble(Measure::value)
        .sum();
  }

  /** Looks at the order of the first and the last frame. */
  private static final Answering ORDERED =
      new Answering(
          "ordered",
          new io.vlm4j.model.Answerer() {
            @Override
            public List<String> answers(List<Pixels> pictures, List<String> questions) {
              return Collections.nCopies(questions.size(), "up");
            }

            @Override
            public List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
              return clips.stream()
                  .map(clip ->
                      (clip.getFirst().get(0, 0, 0) & 0xff) <= (clip.getLast().get(0, 0, 0) & 0xff)
                          ? "up"
                          : "down")
                  .toList();
            }
          });

  @Test
  void whoSeesTheOrderIsRightAndOneFrameIsChance() {
    Outcome outcome =
        benchmark(ClipBenchmark.Rule.CHOICE, pairs(20, 4), 4).run(ORDERED, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(1);
    assertThat(outcome.main().chance()).hasValue(0.5);
    assertThat(value(outcome, "all of a unit right")).isEqualTo(1);
    assertThat(value(outcome, "accuracy, one frame")).isEqualTo(0.5);
    assertThat(value(outcome, "no choice taken")).isZero();
    assertThat(outcome.samples()).hasSize(20);
  }

  @Test
  void aBagOfFramesIsAtChanceToTheLastDigit() {
    Random random = Randomness.ofTest();
    float[][] vectors = new float[256][];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = Randomness.normal(random, 32);
    }
    Examinee bag =
        new Examinee() {
          @Override
          public String name() {
            return "bag";
          }

          @Override
          public Set<Ability> abilities() {
            return Set.of(Ability.EMBED);
          }

          @Override
          public float[][] pictureVectors(List<Pixels> pictures) {
            return pictures.stream()
                .map(p -> vectors[p.get(0, 0, 0) & 0xff])
                .toArray(float[][]::new);
          }

          @Override
          public float[][] textVectors(List<String> texts) {
            return texts.stream()
                .map(text -> vectors[text.equals("up") ? 254 : 255])
                .toArray(float[][]::new);
          }
        };
    Outcome outcome = benchmark(ClipBenchmark.Rule.CHOICE, pairs(31, 8), 8).run(bag, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(0.5);
    assertThat(value(outcome, "all of a unit right")).isZero();
    assertThat(value(outcome, "accuracy, one frame")).isEqualTo(0.5);
    Outcome tie =
        benchmark(ClipBenchmark.Rule.CHOICE, pairs(5, 4), 4).run(Examinees.constant(1), Watch.NONE);
    assertThat(tie.main().value()).as("ties are failures").isZero();
  }

  @Test
  void whoLooksAtOnePictureSaysSo() {
    Answering single =
        new Answering("single", (_, questions) -> Collections.nCopies(questions.size(), "up"));
    ClipBenchmark benchmark = benchmark(ClipBenchmark.Rule.CHOICE, pairs(2, 4), 4);
    assertThatThrownBy(() -> benchmark.run(single, Watch.NONE))
        .isInstanceOf(InputException.class)
        .hasMessage("it answers questions about one picture at a time, not several");
  }

  @Test
  void framesAreTakenAtEvenDistances() {
    List<Picture> ten = IntStream.range(0, 10).mapToObj(Examinees::picture).toList();
    ClipQuestion question = question("u", ten, 0);
    assertThat(question.sample(1)).containsExactly(ten.get(5));
    assertThat(question.sample(2)).containsExactly(ten.get(2), ten.get(7));
    assertThat(question.sample(4)).containsExactly(ten.get(1), ten.get(3), ten.get(6), ten.get(8));
    assertThat(question.sample(20)).isEqualTo(ten);
    assertThat(question.one()).isEqualTo(question("u", ten.reversed(), 1).one());
  }

  @Test
  void anotherNumberOfFramesIsAnotherTest() {
    assertThat(benchmark(ClipBenchmark.Rule.CHOICE, pairs(2, 4), 4).data().hash())
        .isNotEqualTo(benchmark(ClipBenchmark.Rule.CHOICE, pairs(2, 4), 2).data().hash());
  }

  @Test
  void countsAreScoredByTheirSquaredError() {
    List<ClipQuestion> questions =
        List.of(
            ClipQuestion.open("a", "a", List.of(picture(0)), "How often?", List.of("3"), Map.of()),
            ClipQuestion.open("b", "b", List.of(picture(1)), "How often?", List.of("6"), Map.of()));
    Outcome outcome =
        benchmark(ClipBenchmark.Rule.COUNT, questions, 4)
            .run(new SameAnswer("three times"), Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(4.5);
    assertThat(outcome.main().lowerIsBetter()).isTrue();
    assertThat(value(outcome, "accuracy")).isEqualTo(0.5);
  }

  private void video(String name, int frames) throws IOException {
    Path place = Files.createDirectory(folder.resolve(name));
    for (int i = 0; i < frames; i++) {
      Pictures.write(place.resolve("%04d.png".formatted(i)), Pictures.plain(4, 4, i));
    }
  }

  private Benchmark layout(String task, String format, List<String> texts) throws IOException {
    var files = new ArrayList<Path>();
    for (String text : texts) {
      files.add(Files.writeString(folder.resolve(format + files.size() + ".txt"), text));
    }
    return PublicTasks.of(task, RecordFormats.named(format).open(files, folder), 100, 2);
  }

  @Test
  void openQuestionsAboutVideosAreReadFromTheirLayouts() throws IOException {
    video("video7010", 3);
    video("vid5", 1);
    video("v_abc", 2);
    Benchmark msrvtt =
        layout(
            "video-qa",
            "msrvtt-qa",
            List.of(
                """
                [{"answer": "dog", "category_id": 14, "id": 1, "question": "what runs?", "video_id": 7010},
                 {"answer": "two", "category_id": 14, "id": 2, "question": "how many?", "video_id": 7010}]
                """));
    Outcome outcome = msrvtt.run(new SameAnswer("The dog."), Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(0.5);
    assertThat(outcome.samples()).as("one video").hasSize(1);
    assertThat(msrvtt.data().pictures()).isEqualTo(4);
    Benchmark msvd =
        layout(
            "video-qa",
            "msvd-qa",
            List.of("[{\"answer\": \"man\", \"id\": 9, \"question\": \"who?\", \"video_id\": 5}]"));
    assertThat(msvd.run(new SameAnswer("man"), Watch.NONE).main().value()).isEqualTo(1);
    Benchmark activityNet =
        layout(
            "video-qa",
            "activitynet-qa",
            List.of(
                """
                [{"video_name": "abc", "question": "is it day", "question_id": "v_abc_1"}]
                """,
                """
                [{"answer": "yes", "type": 3, "question_id": "v_abc_1"}]
                """));
    Outcome yes = activityNet.run(new SameAnswer("yes"), Watch.NONE);
    assertThat(yes.main().value()).isEqualTo(1);
    assertThat(yes.samples().getFirst().tags()).containsEntry("question_type", "yes or no");
  }

  @Test
  void questionsWithChoicesAreAskedWithLetters() throws IOException {
    video("aa", 2);
    Benchmark ego =
        layout(
            "video-choice",
            "egoschema",
            List.of(
                """
                [{"q_uid": "aa", "google_drive_id": "x", "question": "Why?", "option 0": "p", "option 1": "q", "option 2": "r", "option 3": "s", "option 4": "t"},
                 {"q_uid": "bb", "google_drive_id": "x", "question": "Why?", "option 0": "p", "option 1": "q", "option 2": "r", "option 3": "s", "option 4": "t"}]
                """,
                "{\"aa\": 3}"));
    var asked = new ArrayList<String>();
    var listening =
        new Answering(
            "listening",
            new io.vlm4j.model.Answerer() {
              @Override
              public List<String> answers(List<Pixels> pictures, List<String> questions) {
                return List.of();
              }

              @Override
              public List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
                asked.addAll(questions);
                return Collections.nCopies(questions.size(), "D");
              }
            });
    Outcome outcome = ego.run(listening, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(1);
    assertThat(outcome.main().chance()).hasValue(0.2);
    assertThat(asked.getFirst())
        .isEqualTo("Why?\nA. p\nB. q\nC. r\nD. s\nE. t\nGive the letter of the right answer.");
    assertThat(ego.baseline().name()).isEqualTo("always 'D'");
  }

  @Test
  void tgifHasChoicesAndCounts() throws IOException {
    video("tumblr_1", 2);
    String row =
        "tumblr_1\twhat does the cat do 3 times ?\tsit\tlick\trun\tfly\teat\t1\tACTION4\t26\n";
    Benchmark action =
        layout(
            "video-choice",
            "tgif-qa",
            List.of("gif_name\tquestion\ta1\ta2\ta3\ta4\ta5\tanswer\tvid_id\tkey\n" + row));
    assertThat(action.run(new SameAnswer("lick"), Watch.NONE).main().value()).isEqualTo(1);
    Benchmark count =
        layout(
            "video-count",
            "tgif-qa",
            List.of(
                "gif_name\tquestion\tanswer\tvid_id\tkey\n"
                    + "tumblr_1\thow many times ?\t7\tCOUNT1\t2\n"));
    assertThat(count.run(new SameAnswer("5"), Watch.NONE).main().value()).isEqualTo(4);
    String wrong = "gif_name\tquestion\tanswer\tvid_id\tkey\ntumblr_1\thow ?\t7\tC\t2\n";
    assertThatThrownBy(() -> layout("video-choice", "tgif-qa", List.of(wrong)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the question has no choices; the task is for those with");
  }

  @Test
  void compressedVideosAreRefusedWithWhatToDo() throws IOException {
    Files.writeString(folder.resolve("video1.mp4"), "not decoded");
    Path file =
        Files.writeString(
            folder.resolve("q.json"),
            "[{\"answer\": \"a\", \"id\": 1, \"question\": \"q\", \"video_id\": 1}]");
    var shard = RecordFormats.named("msrvtt-qa").open(List.of(file), folder).shards().getFirst();
    assertThatThrownBy(() -> shard.open().getFirst())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("video1.mp4: compressed videos are not decoded; put its frames into");
  }

  @Test
  void theMeanOfFramesDoesNotDependOnTheirOrder() {
    Random random = Randomness.ofTest();
    var rows = new ArrayList<float[]>();
    for (int i = 0; i < 9; i++) {
      rows.add(Randomness.normal(random, 16));
    }
    float[] bag = Vectors.bag(rows);
    Collections.shuffle(rows, random);
    assertThat(Vectors.bag(rows)).isEqualTo(bag);
    double length = 0;
    for (float value : bag) {
      length += value * value;
    }
    assertThat(length).isCloseTo(1, within(1e-6));
  }
}
