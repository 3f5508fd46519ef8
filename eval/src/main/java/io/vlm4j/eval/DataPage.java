package io.vlm4j.eval;

import io.vlm4j.data.summary.DataSummary;
import io.vlm4j.data.summary.Distribution;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The page that shows what a data set holds: histograms, words, metadata, samples, what is broken.
 *
 * <p>One HTML file with everything in it: it needs no network, and the same summary gives the same
 * bytes.
 */
public final class DataPage {
  private static final int BARS = 32;
  private static final int WORDS = 16;
  private static final int BROKEN = 500;

  private DataPage() {}

  /**
   * Writes the page, in place of the file that may be there.
   *
   * @throws io.vlm4j.io.InputException if the file cannot be written
   */
  public static void write(Path file, DataSummary summary) {
    var histograms = new ArrayList<Map<String, String>>();
    DataSummary.Pictures pictures = summary.pictures();
    add(histograms, "Width", "pixels", pictures.width());
    add(histograms, "Height", "pixels", pictures.height());
    add(histograms, "Aspect: width / height", "", pictures.aspect());
    add(histograms, "Size of files", "bytes", pictures.bytes());
    add(histograms, "Words in a text", "words", summary.texts().words());
    add(histograms, "Characters in a text", "characters", summary.texts().characters());
    Page.write(
        file,
        "data-page.ftlh",
        Map.of(
            "data",
            summary,
            "histograms",
            histograms,
            "frequent",
            summary.texts().frequent().stream().limit(WORDS).toList(),
            "broken",
            summary.broken().entrySet().stream().limit(BROKEN).toList()));
  }

  /**
   * What the template shows of a histogram: {@code title}; {@code summary}, the values in words;
   * {@code json}, {@code {"unit", "edges": [N + 1], "counts": [N]}}.
   */
  private static void add(
      List<Map<String, String>> histograms, String title, String unit, Distribution values) {
    if (values.count() == 0) {
      return;
    }
    List<Distribution.Bin> bins = values.bins(BARS);
    var edges = new ArrayList<Double>();
    edges.add(bins.getFirst().low());
    bins.forEach(bin -> edges.add(bin.high()));
    var content = new LinkedHashMap<String, Object>(); // Map.of has no order to reproduce
    content.put("unit", unit);
    content.put("edges", edges);
    content.put("counts", bins.stream().map(Distribution.Bin::count).toList());
    histograms.add(
        Map.of("title", title, "summary", inWords(values), "json", Json.toLine(content)));
  }

  private static String inWords(Distribution values) {
    return "%s to %s, median %s, mean %s"
        .formatted(
            number(values.quantile(0)),
            number(values.quantile(1)),
            number(values.quantile(0.5)),
            number(values.mean()));
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value == Math.rint(value) || value >= 100 ? "%,.0f" : "%.2f", value);
  }
}
