package io.vlm4j.eval.benchmark;

import static io.vlm4j.eval.benchmark.Examinees.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.benchmark.GridBenchmark.Rule;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GridBenchmarkTest {
  /** Pictures 2i and 2i + 1 with texts of the same names. */
  private static GridBenchmark pairs(Rule rule, int count) {
    var grids = new ArrayList<Grid>();
    for (int i = 0; i < count; i++) {
      grids.add(
          Grid.square(
              "pair-" + i,
              List.of(picture(2 * i), picture(2 * i + 1)),
              List.of("text " + 2 * i, "text " + (2 * i + 1)),
              Map.of("half", i < count / 2 ? "first" : "second")));
    }
    return new GridBenchmark(heading(), rule, grids);
  }

  private static Benchmark.Heading heading() {
    return new Benchmark.Heading(
        "pairs", Protocols.ARO, "test", Ability.EMBED, Examinees.constant(0));
  }

  private static Examinee perfect() {
    return Examinees.pairs("perfect", (p, text) -> text.equals("text " + p) ? 1f : 0f);
  }

  @Test
  void whoGivesEverythingOneScoreIsNeverRight() {
    for (Rule rule : Rule.values()) {
      for (float score : new float[] {0, 1, Float.NaN}) {
        assertThat(pairs(rule, 6).run(Examinees.constant(score), Watch.NONE).measures())
            .allMatch(measure -> measure.value() == 0);
      }
    }
  }

  @Test
  void whoKnowsEverythingIsAlwaysRight() {
    for (Rule rule : Rule.values()) {
      Outcome outcome = pairs(rule, 6).run(perfect(), Watch.NONE);
      assertThat(outcome.measures()).allMatch(measure -> measure.value() == 1);
      assertThat(outcome.worst()).isEmpty();
    }
  }

  @Test
  void whoSeesOnlyTheTextsIsRightInExactlyOneOfTheTexts() {
    Examinee words =
        Examinees.pairs("words", (_, text) -> (float) Math.floorMod(text.hashCode(), 1009));
    Outcome outcome = pairs(Rule.CHOICE, 6).run(words, Watch.NONE);
    assertThat(outcome.main().value()).isEqualTo(0.5);
    assertThat(outcome.main().chance()).hasValue(0.5);
  }

  @Test
  void winogroundsThreeScoresAreTold() {
    // The texts are told apart, the pictures are not: picture 1 has more of everything.
    Examinee half =
        Examinees.pairs("half", (p, text) -> 10f * p + (text.equals("text " + p) ? 1f : 0f));
    List<Measure> measures = pairs(Rule.WINOGROUND, 4).run(half, Watch.NONE).measures();
    assertThat(measures.stream().map(Measure::name)).containsExactly("group", "text", "image");
    assertThat(measures.stream().map(Measure::value)).containsExactly(0.0, 1.0, 0.0);
    assertThat(measures.getFirst().chance().orElseThrow()).isCloseTo(1 / 6.0, within(1e-12));
  }

  @Test
  void allOfAPicturesTextsMustWin() {
    var grid =
        new Grid(
            "bag",
            List.of(picture(0), picture(1)),
            List.of("a", "b", "c"),
            List.of(0, 0, 1),
            Map.of());
    Examinee one =
        Examinees.pairs("one", (_, text) -> text.equals("a") ? 2f : text.equals("c") ? 1f : 0f);
    Outcome outcome = new GridBenchmark(heading(), Rule.CHOICE, List.of(grid)).run(one, Watch.NONE);
    assertThat(outcome.main().value()).isZero(); // b loses against c, and c against a
    assertThat(grid.chance()).isCloseTo((1 / 3.0 + 1 / 3.0) / 2, within(1e-12));
  }

  @Test
  void slicesAndWorstMistakesAreTold() {
    Examinee first =
        Examinees.pairs("first", (p, text) -> p < 4 && text.equals("text " + p) ? 1f : 0f);
    GridBenchmark benchmark = pairs(Rule.CHOICE, 4);
    Outcome outcome = benchmark.run(first, Watch.NONE);
    assertThat(outcome.slices().keySet()).containsExactly("half=first", "half=second");
    assertThat(outcome.main().of(outcome.slices().get("half=first")).value()).isEqualTo(1);
    assertThat(outcome.main().of(outcome.slices().get("half=second")).value()).isZero();
    assertThat(outcome.worst()).hasSize(4).allMatch(example -> example.margin() == 0);
    assertThat(benchmark.picture(outcome.worst().getFirst().picture()).pixels())
        .isEqualTo(picture(4).pixels());
  }

  @Test
  void theHashFollowsTextsPicturesAndOrder() {
    Grid a = Grid.choice("a", picture(1), List.of("x", "y"), 0, Map.of());
    Grid b = Grid.choice("a", picture(1), List.of("xy", ""), 0, Map.of());
    Grid c = Grid.choice("a", picture(2), List.of("x", "y"), 0, Map.of());
    Grid d = Grid.choice("a", picture(1), List.of("x", "y"), 1, Map.of());
    assertThat(List.of(hash(a), hash(b), hash(c), hash(d), hash(a)).stream().distinct()).hasSize(4);
    assertThat(hash(a)).isEqualTo(hash(a));
  }

  private static String hash(Grid grid) {
    return new GridBenchmark(heading(), Rule.CHOICE, List.of(grid)).data().hash();
  }

  @Test
  void aPictureWithoutATextIsRefused() {
    assertThatThrownBy(
            () -> new Grid("g", List.of(picture(0)), List.of("a"), List.of(-1), Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessage("g: picture 0 of it has no text");
  }
}
