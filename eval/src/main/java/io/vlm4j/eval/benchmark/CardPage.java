package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.Page;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Resize;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The card as one HTML file with everything in it. */
final class CardPage {
  private static final int SHOWN = 96; // pixels of a mistake's longer side

  private CardPage() {}

  /** A number as the template shows it. */
  public record Row(
      String name,
      String n,
      String value,
      String interval,
      String chance,
      String baseline,
      String bar,
      String mark,
      String verdict) {}

  /** A mistake as the template shows it. */
  public record Mistake(byte[] png, String wanted, String got, String margin) {}

  static void write(Path file, Card card, Map<String, Benchmark> benchmarks) {
    var sections = new ArrayList<Map<String, Object>>();
    for (Card.Task task : card.tasks()) {
      var section = new LinkedHashMap<String, Object>();
      section.put("task", task);
      section.put("title", title(task.task()));
      section.put("headline", row(task.main(), task.main().measure()));
      section.put(
          "scores", task.scores().stream().map(score -> row(score, score.measure())).toList());
      section.put(
          "slices", task.slices().stream().map(score -> row(score, score.slice())).toList());
      section.put("mistakes", mistakes(task, Optional.ofNullable(benchmarks.get(task.task()))));
      sections.add(section);
    }
    Page.write(file, "card.ftlh", Map.of("card", card, "sections", sections));
  }

  /** {@code winoground-position} as words. */
  private static String title(String task) {
    return task.replace('-', ' ');
  }

  private static Row row(Card.Score score, String name) {
    boolean isShare = isShare(score);
    return new Row(
        name.replace('_', ' '),
        score.n() == 0 ? "" : String.format(Locale.ROOT, "%,d", score.n()),
        number(score.value(), isShare),
        score.low() == null || score.high() == null
            ? ""
            : number(score.low(), isShare) + " – " + number(score.high(), isShare),
        number(score.chance(), isShare),
        number(score.baseline(), isShare),
        isShare ? share(score.value()) : "",
        isShare && score.chance() != null ? share(score.chance()) : "",
        verdict(score));
  }

  /** Whether a number is shown in percent: it lies in [0, 1] with all that is known of it. */
  private static boolean isShare(Card.Score score) {
    return !score.measure().contains("effect")
        && score.value() >= 0
        && score.value() <= 1
        && (score.chance() != null || score.measure().contains("accuracy"));
  }

  /** Whether the interval lies above chance, below it, or holds it. */
  private static String verdict(Card.Score score) {
    if (score.chance() == null || score.low() == null || score.high() == null) {
      return "";
    }
    if (score.low() > score.chance()) {
      return score.lowerIsBetter() ? "worse" : "better";
    }
    return score.high() < score.chance() ? (score.lowerIsBetter() ? "better" : "worse") : "same";
  }

  private static String number(@Nullable Double value, boolean isShare) {
    return value == null
        ? ""
        : String.format(Locale.ROOT, isShare ? "%.1f" : "%.3f", isShare ? 100 * value : value);
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.1f", 100 * Math.clamp(value, 0, 1));
  }

  private static List<Mistake> mistakes(Card.Task task, Optional<Benchmark> benchmark) {
    var mistakes = new ArrayList<Mistake>();
    for (Outcome.Example example : task.worst()) {
      benchmark
          .map(b -> b.picture(example.picture()))
          .flatMap(CardPage::png)
          .ifPresent(png ->
              mistakes.add(
                  new Mistake(
                      png,
                      example.wanted(),
                      example.got(),
                      String.format(Locale.ROOT, "%.3f", example.margin()))));
    }
    return mistakes;
  }

  private static Optional<byte[]> png(Picture picture) {
    try {
      Pixels pixels = picture.pixels().over(255, 255, 255);
      double scale = Math.min(1, (double) SHOWN / Math.max(pixels.width(), pixels.height()));
      int width = Math.max(1, (int) Math.round(scale * pixels.width()));
      int height = Math.max(1, (int) Math.round(scale * pixels.height()));
      return Optional.of(
          ImageEncoder.png(
              scale == 1 ? pixels : Resize.resize(pixels, width, height, Resize.Filter.BICUBIC)));
    } catch (InputException _) {
      return Optional.empty(); // it could be read when it was asked about; a page can do without
    }
  }
}
