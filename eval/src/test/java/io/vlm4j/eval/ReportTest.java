package io.vlm4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.eval.Report.Chart;
import io.vlm4j.eval.Report.Content;
import io.vlm4j.eval.Report.Examples;
import io.vlm4j.eval.Report.Guess;
import io.vlm4j.eval.Report.Hit;
import io.vlm4j.eval.Report.Picture;
import io.vlm4j.eval.Report.Point;
import io.vlm4j.eval.Report.Query;
import io.vlm4j.eval.Report.Run;
import io.vlm4j.eval.Report.Series;
import io.vlm4j.eval.Report.SplitResult;
import io.vlm4j.eval.Report.Suggestion;
import io.vlm4j.eval.Report.Unit;
import io.vlm4j.io.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ReportTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?:\\s(?:src|href|srcset|action)=\"|url\\(|@import\\s)\\s*[\"']?([^\"')]*)");
  private static final Pattern CHART = Pattern.compile("data-chart=\"([^\"]*)\"");

  @TempDir Path folder;

  @Test
  void aReportShowsItsNumbers() throws IOException {
    String page = write(content());

    assertThat(text(page))
        .contains("twemoji", "held out", "1,234") // the split
        .contains("61.8", "better than 30.5", "worse than 91.4", "same as 95.0") // its recalls
        .contains("median rank", "2.5", "seconds", "7.25") // metrics that are no recalls
        .contains("a red apple on a plate", "0.912", "0.874") // queries and pictures
        .contains("For 1 of 2, the first one is right")
        .contains("87.5 %", "80.0 %", "100.0 %") // confusion: all, and row by row
        .contains("batch size", "256", "9 min 41 s")
        .contains("Train for longer", "./vlm4j demo --minutes 60");
  }

  @Test
  void aReportNeedsNoNetwork() throws IOException {
    String page = write(content());

    assertThat(page)
        .contains("uPlot=function", "Copyright (c) 2022 Leon Sorokin", "default-src 'none'");
    assertThat(REFERENCE.matcher(page).results().map(match -> match.group(1)))
        .isNotEmpty()
        .allMatch(reference -> reference.startsWith("data:") || reference.startsWith("#"));
  }

  @Test
  void whatOthersWroteIsTextNotMarkup() throws IOException {
    String bad = "<script>alert('&')</script>";
    String page =
        write(
            new Content(
                bad,
                bad,
                List.of(new SplitResult(bad, bad, 1, Map.of(bad, 1.0))),
                List.of(new Chart(bad, Unit.NUMBER, List.of(new Series(bad, points(3))))),
                new Examples(
                    List.of(new Query(bad, List.of(new Hit(png(), bad, 1, true)))),
                    List.of(new Picture(png(), bad, List.of(new Guess(bad, 1, true)))),
                    new ZeroShot(List.of(bad), new int[][] {{1}})),
                new Run(
                    Map.of(bad, Map.of(bad, bad)),
                    Map.of(bad, bad),
                    List.of(new Suggestion(bad, bad)))));

    assertThat(page)
        .doesNotContain("<script>alert")
        .contains("&lt;script&gt;alert(&#39;&amp;&#39;)");
    assertThat(charts(page).getFirst().at("/series/0/name").asString()).isEqualTo(bad);
  }

  @Test
  void whatIsMissingIsLeftOut() throws IOException {
    var noPoints = new Chart("Validation", Unit.FRACTION, List.of(new Series("R@1", List.of())));
    String page =
        write(
            new Content(
                "Bare", "Nothing yet.", List.of(), List.of(noPoints), Examples.NONE, Run.NONE));

    assertThat(page)
        .contains("Bare", "Nothing yet.")
        .doesNotContain("<section", "uPlot", "Validation");
    assertThat(page.length()).isLessThan(20_000);
  }

  @Test
  void aSplitWithoutSomeMetricsHasGapsInItsRow() throws IOException {
    var result = new SplitResult("noto", "seen", 10, Map.of("text_to_image_R@1", 0.25));
    String page = write(new Content("t", "s", List.of(result), List.of(), Examples.NONE, Run.NONE));

    assertThat(text(page)).contains("25.0").doesNotContain("nearest neighbour");
    assertThat(page.split("<td class=\"number missing\">", -1)).hasSize(1 + 5);
  }

  @Test
  void longCurvesAreThinnedAndShortOnesKept() throws IOException {
    var spike = new ArrayList<>(points(3_000));
    spike.set(1_234, new Point(1_234, 99));
    var chart =
        new Chart(
            "Loss",
            Unit.NUMBER,
            List.of(new Series("long", spike, true), new Series("short", points(3))));
    JsonNode series =
        charts(write(new Content("t", "s", List.of(), List.of(chart), Examples.NONE, Run.NONE)))
            .getFirst()
            .path("series");

    JsonNode x = series.at("/0/x");
    assertThat(x.size()).isEqualTo(600);
    assertThat(x.get(0).asInt()).isZero();
    assertThat(x.get(599).asInt()).isEqualTo(2_999);
    assertThat(IntStream.range(1, 600)).allMatch(i -> x.get(i - 1).asInt() < x.get(i).asInt());
    assertThat(series.at("/0/y").valueStream().map(JsonNode::asDouble)).contains(99.0);
    assertThat(series.at("/0/mean").size()).isEqualTo(600);
    assertThat(series.at("/1/x").size()).isEqualTo(3);
    assertThat(series.at("/1/mean").size()).isZero();
  }

  @Test
  void theLastValueOfAStepCountsAndValuesThatAreNotFiniteAreTold() throws IOException {
    var points =
        List.of(new Point(2, 5), new Point(1, 7), new Point(2, 4), new Point(3, Double.NaN));
    var chart = new Chart("Loss", Unit.NUMBER, List.of(new Series("loss", points)));
    String page = write(new Content("t", "s", List.of(), List.of(chart), Examples.NONE, Run.NONE));

    assertThat(charts(page).getFirst().path("series"))
        .isEqualTo(Json.parse("[{\"name\":\"loss\",\"x\":[1,2],\"y\":[7.0,4.0],\"mean\":[]}]"));
    assertThat(page).contains("1 value is not finite");
  }

  @Test
  void theMovingAverageIsCentred() {
    assertThat(ChartData.movingAverage(new double[] {0, 3, 6, 3})).containsExactly(1.5, 3, 4, 4.5);
  }

  @Test
  void theSameContentGivesTheSameBytes() throws IOException {
    assertThat(write(content())).isEqualTo(write(content()));
  }

  @Test
  void aPictureThatIsNoPngIsRefused() {
    var item = new ContactSheet.Item(new byte[30], "caption", "");

    assertThatThrownBy(() -> ContactSheet.write(folder.resolve("x.html"), "t", List.of(item)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a PNG");
    assertThat(folder.resolve("x.html")).doesNotExist();
  }

  @Test
  void confusionCountsMustBeSquare() {
    assertThatThrownBy(() -> new ZeroShot(List.of("a", "b"), new int[][] {{1, 2}, {3}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 x 2");
  }

  @Test
  void aContactSheetShowsPicturesCaptionsAndNotes() throws IOException {
    Path file = folder.resolve("sheet.html");
    ContactSheet.write(
        file,
        "cats & dogs",
        List.of(
            new ContactSheet.Item(png(), "a <b>cat</b>", "0.91"),
            new ContactSheet.Item(png(), "a dog", "")));
    String page = Files.readString(file);

    assertThat(page).contains("cats &amp; dogs", "a &lt;b&gt;cat&lt;/b&gt;", "0.91", "2 pictures");
    assertThat(page.split("<img ", -1)).hasSize(1 + 2);
    assertThat(REFERENCE.matcher(page).results().map(match -> match.group(1)))
        .allMatch(reference -> reference.startsWith("data:"));
  }

  private String write(Content content) throws IOException {
    Path file = folder.resolve("report.html");
    Report.write(file, content);
    return Files.readString(file);
  }

  private static Content content() throws IOException {
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("image_to_text_R@1", 0.618);
    metrics.put("image_to_text_R@5", 0.9);
    metrics.put("image_to_text_R@10", 0.95);
    metrics.put("text_to_image_R@1", 0.5);
    metrics.put("text_to_image_R@5", 0.7);
    metrics.put("text_to_image_R@10", 0.8);
    metrics.put("pixels_image_to_text_R@1", 0.305);
    metrics.put("pixels_image_to_text_R@5", 0.914);
    metrics.put("pixels_image_to_text_R@10", 0.95);
    metrics.put("image_to_text_median_rank", 2.5);
    metrics.put("seconds", 7.25);
    return new Content(
        "Icons in ten minutes",
        "A small model.",
        List.of(new SplitResult("twemoji", "held_out", 1_234, metrics)),
        List.of(
            new Chart("Loss", Unit.NUMBER, List.of(new Series("loss", points(100), true))),
            new Chart("Recall", Unit.FRACTION, List.of(new Series("R@1", points(3))))),
        new Examples(
            List.of(
                new Query("a red apple on a plate", List.of(new Hit(png(), "apple", 0.912, true))),
                new Query("a boat", List.of(new Hit(png(), "ship", 0.5, false)))),
            List.of(new Picture(png(), "a cat", List.of(new Guess("a lion", 0.874, false)))),
            new ZeroShot(List.of("animals", "food"), new int[][] {{4, 1}, {0, 3}})),
        new Run(
            Map.of("Training", Map.of("batch size", "256")),
            Map.of("training", "9 min 41 s"),
            List.of(new Suggestion("Train for longer", "./vlm4j demo --minutes 60"))));
  }

  private static List<Point> points(int n) {
    return IntStream.range(0, n).mapToObj(i -> new Point(i, 1.0 / (1 + i))).toList();
  }

  private static byte[] png() throws IOException {
    var out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", out);
    return out.toByteArray();
  }

  /** What a reader sees: the page without its style, its scripts and its tags. */
  private static String text(String page) {
    return page.replaceAll("(?s)<(style|script)>.*?</\\1>", "")
        .replaceAll("<[^>]*>", "")
        .replaceAll("\\s+", " ");
  }

  private static List<JsonNode> charts(String page) {
    return CHART
        .matcher(page)
        .results()
        .map(match -> match.group(1).replace("&quot;", "\"").replace("&lt;", "<"))
        .map(json ->
            Json.parse(json.replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")))
        .toList();
  }
}
