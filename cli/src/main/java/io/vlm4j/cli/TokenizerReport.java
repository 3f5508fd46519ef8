package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.ContactSheet;
import io.vlm4j.eval.TokenizerEvaluation;
import io.vlm4j.eval.metric.distribution.FrechetDistance;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer leaves of pictures: a table on the terminal, {@code results.jsonl}, and sheets
 * of pictures beside what became of them.
 */
final class TokenizerReport {
  private static final int SHOWN = 24;

  private final Pretrained model;
  private final @Nullable Pretrained features;
  private final Path folder;

  /**
   * A report into a folder.
   *
   * @param features a model to compare distributions of embeddings with, or null
   */
  TokenizerReport(Pretrained model, @Nullable Pretrained features, Path folder) {
    this.model = model;
    this.features = features;
    this.folder = folder;
  }

  /** Measures on each of the sets of pictures; the pictures shown are of all of them. */
  void write(SequencedMap<String, List<Sample>> sets) {
    System.out.printf(
        Locale.ROOT,
        "%-22s %8s %8s %8s %12s %11s %10s%n",
        "",
        "pictures",
        "L1",
        "PSNR",
        "codes used",
        "perplexity",
        features == null ? "" : "Frechet");
    var lines = new StringBuilder();
    var items = new ArrayList<ContactSheet.Item>();
    for (var set : sets.entrySet()) {
      int every = Math.max(1, set.getValue().size() * sets.size() / SHOWN);
      var seen = new Seen(set.getKey(), every, items);
      var evaluation =
          TokenizerEvaluation.of(
              TokenizerModel.of(model, "this"),
              model.preprocessing(),
              model.device(),
              set.getValue(),
              seen);
      var metrics = new LinkedHashMap<String, Double>(evaluation.metrics());
      if (features != null) {
        metrics.put("frechet", seen.distance(features));
      }
      show(set.getKey(), evaluation, metrics);
      var line = new LinkedHashMap<String, Object>();
      line.put("dataset", set.getKey());
      line.put("n", evaluation.pictures());
      line.putAll(metrics);
      lines.append(Json.toLine(line)).append('\n');
    }
    AtomicFiles.writeString(folder.resolve("results.jsonl"), lines.toString());
    Path sheet = folder.resolve("reconstructions.html");
    ContactSheet.write(sheet, "Pictures, and what their codes become", items);
    Terminal.line("pictures", "%s", sheet);
  }

  private static void show(String name, TokenizerEvaluation evaluation, Map<String, Double> all) {
    Double frechet = all.get("frechet");
    System.out.printf(
        Locale.ROOT,
        "%-22s %8d %8.4f %8.2f %5d of %4d %11.1f %10s%n",
        name,
        evaluation.pictures(),
        evaluation.l1(),
        evaluation.psnr(),
        evaluation.used(),
        evaluation.counts().length,
        evaluation.perplexity(),
        frechet == null ? "" : String.format(Locale.ROOT, "%.4f", frechet));
  }

  /** Keeps what is to be shown, and everything where distributions are compared. */
  private final class Seen implements TokenizerEvaluation.Witness {
    private final String set;
    private final int every;
    private final List<ContactSheet.Item> items;
    private final List<Pixels> originals = new ArrayList<>();
    private final List<Pixels> results = new ArrayList<>();
    private int count;

    Seen(String set, int every, List<ContactSheet.Item> items) {
      this.set = set;
      this.every = every;
      this.items = items;
    }

    @Override
    public void see(Sample sample, Pixels original, Pixels made) {
      if (count++ % every == 0) {
        items.add(
            new ContactSheet.Item(
                ImageEncoder.png(Pixels.beside(List.of(original, made))), sample.text(), set));
      }
      if (features != null) {
        originals.add(original);
        results.add(made);
      }
    }

    double distance(Pretrained by) {
      return FrechetDistance.of(by.embedImages(originals), by.embedImages(results));
    }
  }
}
