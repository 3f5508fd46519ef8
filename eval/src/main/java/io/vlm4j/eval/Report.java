package io.vlm4j.eval;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The page that shows what a training run has reached: results, curves, what the model finds and
 * what it confuses, settings, and what to try next.
 *
 * <p>One HTML file with everything in it: it needs no network, and the same content gives the same
 * bytes. Every list and map may be empty; the page then leaves that section out.
 */
public final class Report {
  private Report() {}

  /**
   * Everything on the page.
   *
   * @param title the heading
   * @param summary one sentence beneath it
   * @param results one row a split of the test data
   * @param charts what changed over the steps
   * @param examples what the model finds, and what it confuses
   * @param run how the result came about, and how to go on
   */
  public record Content(
      String title,
      String summary,
      List<SplitResult> results,
      List<Chart> charts,
      Examples examples,
      Run run) {
    /** Copies the lists. */
    public Content {
      results = List.copyOf(results);
      charts = List.copyOf(charts);
    }
  }

  /**
   * Retrieval on one split of the test data.
   *
   * @param style how its pictures look, such as {@code twemoji}
   * @param concepts {@code seen} or {@code held_out}: whether training showed these concepts
   * @param n pairs in the split
   * @param metrics recalls as fractions in [0, 1]: {@code image_to_text_R@k} and {@code
   *     text_to_image_R@k} for k of 1, 5, 10, each optionally with a baseline of the same name
   *     after {@code pixels_} (the nearest neighbour on pixels), which the page shows beside it.
   *     Other metrics, such as {@code image_to_text_median_rank}, get a column each, as plain
   *     numbers.
   */
  public record SplitResult(String style, String concepts, int n, Map<String, Double> metrics) {
    /** Copies the metrics in their order. */
    public SplitResult {
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
  }

  /**
   * Curves that share a vertical axis.
   *
   * @param title what is drawn, such as {@code Loss}
   * @param unit what the values are
   * @param series the curves; a chart without any finite value is left out
   */
  public record Chart(String title, Unit unit, List<Series> series) {
    /** Copies the curves. */
    public Chart {
      series = List.copyOf(series);
    }
  }

  /** What the values of a chart are. */
  public enum Unit {
    /** Plain numbers. */
    NUMBER,
    /** Fractions in [0, 1], shown as percentages. */
    FRACTION
  }

  /**
   * One curve. Any number of points in any order: of several at one step the last one counts, as
   * after resuming, and values that are not finite are counted beneath the chart instead of drawn.
   *
   * @param name its entry in the legend
   * @param points its values
   * @param noisy whether to draw its moving average over the faint values, from 20 points on
   */
  public record Series(String name, List<Point> points, boolean noisy) {
    /** Copies the points. */
    public Series {
      points = List.copyOf(points);
    }

    /** A curve drawn as it is. */
    public Series(String name, List<Point> points) {
      this(name, points, false);
    }
  }

  /** A value at a step of training. */
  public record Point(long step, double value) {}

  /**
   * What the model does with single examples.
   *
   * @param queries texts and the pictures found for them
   * @param pictures pictures and the texts found for them
   * @param confusion which groups it takes for which, if that was measured
   */
  public record Examples(
      List<Query> queries, List<Picture> pictures, @Nullable ZeroShot confusion) {
    /** No examples. */
    public static final Examples NONE = new Examples(List.of(), List.of(), null);

    /** Copies the lists. */
    public Examples {
      queries = List.copyOf(queries);
      pictures = List.copyOf(pictures);
    }
  }

  /** A text and the pictures found for it, best first. */
  public record Query(String text, List<Hit> hits) {
    /** Copies the hits. */
    public Query {
      hits = List.copyOf(hits);
    }
  }

  /**
   * A picture found for a text.
   *
   * @param png the picture as a PNG file; not copied
   * @param caption its own text
   * @param score its similarity to the query
   * @param correct whether it belongs to the query
   */
  public record Hit(byte[] png, String caption, double score, boolean correct) {}

  /**
   * A picture and the texts found for it, best first.
   *
   * @param png the picture as a PNG file; not copied
   * @param truth its own text
   * @param guesses the texts found
   */
  public record Picture(byte[] png, String truth, List<Guess> guesses) {
    /** Copies the guesses. */
    public Picture {
      guesses = List.copyOf(guesses);
    }
  }

  /** A text found for a picture, its similarity, and whether it belongs to the picture. */
  public record Guess(String text, double score, boolean correct) {}

  /**
   * How the result came about, and how to go on.
   *
   * @param settings names and values, in groups, in the order to show
   * @param timing what took how long, in the order to show
   * @param next what to try next
   */
  public record Run(
      Map<String, Map<String, String>> settings,
      Map<String, String> timing,
      List<Suggestion> next) {
    /** Nothing to tell. */
    public static final Run NONE = new Run(Map.of(), Map.of(), List.of());

    /** Copies the list and the outer maps in their order. */
    public Run {
      settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
      timing = Collections.unmodifiableMap(new LinkedHashMap<>(timing));
      next = List.copyOf(next);
    }
  }

  /** A command to run, and in a few words what it does. */
  public record Suggestion(String text, String command) {}

  /**
   * Writes the page, in place of the file that may be there.
   *
   * @throws IllegalArgumentException if a picture is not a PNG file
   * @throws io.vlm4j.io.InputException if the file cannot be written
   */
  public static void write(Path file, Content content) {
    List<Map<String, String>> charts =
        content.charts().stream()
            .map(ChartData::of)
            .filter(chart -> !chart.getOrDefault("summary", "").isEmpty())
            .toList();
    Page.write(file, "report.ftlh", Map.of("content", content, "charts", charts));
  }
}
