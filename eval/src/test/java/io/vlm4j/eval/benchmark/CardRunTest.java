package io.vlm4j.eval.benchmark;

import static io.vlm4j.eval.benchmark.Examinees.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.benchmark.CardRun.Planned;
import io.vlm4j.eval.benchmark.GridBenchmark.Rule;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CardRunTest {
  @TempDir Path folder;

  private final List<String> asked = new ArrayList<>();
  private final List<Card.Skipped> skipped = new ArrayList<>();

  private final class Listening implements CardRun.Listener {
    @Override
    public Watch begin(String task) {
      asked.add(task);
      return Watch.NONE;
    }

    @Override
    public void done(Card.Task task, boolean stored) {}

    @Override
    public void skipped(Card.Skipped one) {
      skipped.add(one);
    }
  }

  private static Benchmark grids(String name, Protocol protocol, Rule rule, int count) {
    var grids = new ArrayList<Grid>();
    for (int i = 0; i < count; i++) {
      grids.add(
          Grid.square(
              "pair-" + i,
              List.of(picture(2 * i), picture(2 * i + 1)),
              List.of("text " + 2 * i, "text " + (2 * i + 1)),
              Map.of("half", i < count / 2 ? "first" : "second")));
    }
    return new GridBenchmark(
        new Benchmark.Heading(name, protocol, "test", Ability.EMBED, Examinees.constant(0)),
        rule,
        grids);
  }

  private static List<Planned> planned(int count) {
    return List.of(
        new Planned(
            "winoground", () -> grids("winoground", Protocols.WINOGROUND, Rule.WINOGROUND, count)),
        new Planned("aro", () -> grids("aro", Protocols.ARO, Rule.CHOICE, count)),
        new Planned(
            "lost",
            () -> {
              throw new InputException("no data");
            }));
  }

  /** Right about the first {@code known} pictures. */
  private static Examinee knowing(int known) {
    return Examinees.pairs(
        "model", (p, text) -> p < known && text.equals("text " + p) ? 1f : 0.5f - p / 1000f);
  }

  private Card run(Path to, String hash, int known, int count) {
    var facts = new Card.Model("m", "clip", 1_234_567, hash);
    return new CardRun(to, facts, knowing(known), new Listening()).run("all", planned(count));
  }

  @Test
  void twoRunsWriteTheSameBytesButForTimes() throws IOException {
    String hash = "0".repeat(64);
    run(folder.resolve("a"), hash, 10, 8);
    run(folder.resolve("b"), hash, 10, 8);
    Map<String, String> first = files(folder.resolve("a"));
    assertThat(first.keySet())
        .contains(
            "card.html",
            "card.json",
            "results/aro.json",
            "clip_benchmark/winoground.json",
            "lmms_eval_results.json");
    assertThat(files(folder.resolve("b"))).isEqualTo(first);
  }

  private static Map<String, String> files(Path root) throws IOException {
    var files = new HashMap<String, String>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (!name.equals("times.json")) {
          files.put(name, Files.readString(file, StandardCharsets.UTF_8));
        }
      }
    }
    return files;
  }

  @Test
  void whatIsKnownIsNotAskedAgain() throws IOException {
    run(folder, "0".repeat(64), 10, 8);
    Map<String, String> before = files(folder);
    assertThat(asked).containsExactly("winoground", "aro");
    asked.clear();

    run(folder, "0".repeat(64), 10, 8);
    assertThat(asked).isEmpty();
    assertThat(files(folder)).isEqualTo(before);

    Files.writeString(TaskResult.file(folder, "aro"), "{");
    run(folder, "0".repeat(64), 10, 8);
    assertThat(asked).as("a damaged result").containsExactly("aro");
    asked.clear();

    run(folder, "0".repeat(64), 10, 6);
    assertThat(asked).as("other data").containsExactly("winoground", "aro");
    asked.clear();

    run(folder, "1".repeat(64), 10, 6);
    assertThat(asked).as("another model").containsExactly("winoground", "aro");
  }

  @Test
  void theCardTellsScoresSlicesAndWhatWasLeftOut() throws IOException {
    Card card = run(folder, "0".repeat(64), 8, 8);
    Card.Task aro = card.tasks().getLast();
    assertThat(aro.main().value()).isEqualTo(8 / 16.0); // of the others it scores both texts alike
    assertThat(aro.main().chance()).isEqualTo(0.5);
    assertThat(aro.main().baseline()).isZero();
    assertThat(aro.main().low()).isLessThan(aro.main().value());
    assertThat(aro.slices().stream().map(Card.Score::slice))
        .containsExactly("half=first", "half=second");
    assertThat(aro.slices().getFirst().value()).isEqualTo(1);
    assertThat(skipped).containsExactly(new Card.Skipped("lost", "no data"));
    String page = Files.readString(folder.resolve("card.html"));
    assertThat(page)
        .contains("aro/1", "no data", "50.0", "data:image/png", "default-src 'none'")
        .doesNotContain("<script");
  }

  @Test
  void aModelWithoutTheAbilityIsNotAsked() {
    var facts = new Card.Model("m", "clip", 1, "0".repeat(64));
    Card card =
        new CardRun(folder, facts, new SameAnswer("yes"), new Listening()).run("all", planned(4));
    assertThat(card.tasks()).isEmpty();
    assertThat(skipped.getFirst().reason())
        .isEqualTo("the model does not put pictures and texts into one space");
  }

  @Test
  void resultsHaveTheShapesOfOtherTools() {
    run(folder, "0".repeat(64), 8, 8);
    JsonNode clip = Json.readObject(folder.resolve("clip_benchmark/winoground.json"));
    assertThat(List.copyOf(clip.propertyNames()))
        .containsExactly("dataset", "model", "pretrained", "task", "metrics", "language");
    assertThat(clip.path("task").asString()).isEqualTo("image_caption_selection");
    assertThat(List.copyOf(clip.path("metrics").propertyNames()))
        .containsExactlyInAnyOrder("text_acc", "image_acc", "acc");
    JsonNode lmms = Json.readObject(folder.resolve("lmms_eval_results.json"));
    assertThat(lmms.at("/results/winoground/text,none").asDouble())
        .isEqualTo(clip.at("/metrics/text_acc").asDouble());
    double p = lmms.at("/results/winoground/text,none").asDouble();
    assertThat(lmms.at("/results/winoground/text_stderr,none").asDouble())
        .isEqualTo(Math.sqrt(p * (1 - p) / 7)); // of 8 samples
    assertThat(lmms.at("/versions/winoground").asInt()).isEqualTo(1);
    assertThat(lmms.at("/higher_is_better/winoground/text").asBoolean()).isTrue();
    assertThat(lmms.at("/configs/winoground/dataset_path").asString()).isNotEmpty();
  }

  @Test
  void cardsAreComparedSampleBySample() {
    run(folder.resolve("a"), "0".repeat(64), 16, 8);
    run(folder.resolve("b"), "1".repeat(64), 0, 8);
    var same = CardComparison.of(folder.resolve("a"), folder.resolve("a"));
    assertThat(same.rows())
        .hasSize(4)
        .allMatch(row -> row.difference() == 0 && row.p() == 1 && !row.isClear());

    var two = CardComparison.of(folder.resolve("a/card.json"), folder.resolve("b"));
    CardComparison.Row text =
        two.rows().stream().filter(row -> row.measure().equals("text")).findFirst().orElseThrow();
    assertThat(text.difference()).isEqualTo(1);
    assertThat(text.isClear()).isTrue();
    assertThat(text.mcnemar()).isCloseTo(2 / 256.0, within(1e-12)); // all 8 samples go one way
    assertThat(text.p()).isEqualTo(2 / 256.0); // all 256 exchanges are tried
    Path page = folder.resolve("comparison.html");
    two.writePage(page);
    assertThat(page).content().contains("winoground", "0.0078", "McNemar");
  }

  @Test
  void cardsOfOtherDataAreNotCompared() {
    run(folder.resolve("a"), "0".repeat(64), 4, 8);
    run(folder.resolve("b"), "0".repeat(64), 4, 6);
    assertThatThrownBy(() -> CardComparison.of(folder.resolve("a"), folder.resolve("b")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("winoground: data differ: test of 8 samples and test of 6");
    assertThatThrownBy(() -> CardComparison.of(folder, folder.resolve("b")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no card");
  }
}
